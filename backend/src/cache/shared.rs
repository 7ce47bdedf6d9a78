//! Readings of the source that all servers of the site share, in the store.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::pending;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_lc_rs::digest;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::MAX_SNAPSHOTS;
use super::readings::Reading;
use super::state::State;
use super::view::{BlogCopy, FetchedBlogs};
use crate::clock::{Clock, rfc3339};
use crate::content::post::Post;
use crate::content::snapshot::Snapshot;
use crate::sources::site_info::SiteInfo;
use crate::store::reading::{ReadingRules, SourceClaim, StoredCopy};
use crate::store::{Store, StoreError};
use crate::telemetry::Chain;

/// The version of a copy's format. Servers of different versions keep separate readings.
const FORMAT: u32 = 2;
/// Readings are kept for this much longer than sessions need them, since clocks differ.
const KEEP_MARGIN: Duration = Duration::from_secs(60);

/// How servers that share readings wait for each other.
#[derive(Debug, Clone, Copy)]
pub struct SharingTimes {
    /// How often a server asks for the reading that another one is making. The database notifies it
    /// sooner if it can.
    pub poll: Duration,
    /// How long a claim on the source lasts without renewal. Then another server may read the source.
    pub lease: Duration,
}

impl Default for SharingTimes {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(100),
            lease: Duration::from_secs(20),
        }
    }
}

/// The store's readings of one source.
pub(super) struct SharedReadings {
    store: Arc<dyn Store>,
    source: String,
    times: SharingTimes,
    /// The last reading that this server knows. The lock lets one task at a time ask for more.
    last: tokio::sync::Mutex<Last>,
    /// How often the store was asked for more.
    asked: AtomicU64,
    /// The last copies by hash, so that each is read from the store once.
    known: Mutex<VecDeque<(Vec<u8>, FetchedBlogs)>>,
}

#[derive(Default)]
struct Last {
    number: i64,
    hash: Vec<u8>,
}

/// A copy as it is stored. Equal copies have equal bytes.
#[derive(Serialize, Deserialize)]
struct Body<'a> {
    kind: Cow<'a, str>,
    site: Option<SiteInfo>,
    posts: Cow<'a, [Post]>,
}

impl SharedReadings {
    /// `source` names the source. Servers with the same name share readings.
    pub(super) fn new(store: Arc<dyn Store>, source: &str, times: SharingTimes) -> Self {
        Self {
            store,
            source: format!("{FORMAT} {source}"),
            times,
            last: tokio::sync::Mutex::default(),
            asked: AtomicU64::default(),
            known: Mutex::default(),
        }
    }

    /// Asks whether this server may read the source.
    pub(super) async fn claim(
        &self,
        clock: &dyn Clock,
        refresh: Duration,
    ) -> Result<SourceClaim, StoreError> {
        let rules = ReadingRules {
            refresh,
            lease: self.times.lease,
        };
        let now = clock.now().as_millisecond();
        self.store.claim_source(&self.source, now, rules).await
    }

    /// Notifies of other servers' readings. It must be taken before [`Self::claim`], so that no
    /// notification is missed in between.
    pub(super) fn noted(&self) -> watch::Receiver<()> {
        self.store.readings_noted()
    }

    /// Waits until another server may have made its reading.
    pub(super) async fn wait(&self, mut noted: watch::Receiver<()>) {
        let heard = async {
            if noted.changed().await.is_err() {
                pending::<()>().await;
            }
        };
        let _ = timeout(self.times.poll, heard).await;
    }

    /// Keeps the claimed source for this server while it reads.
    pub(super) async fn keep_claim<T>(
        &self,
        clock: &dyn Clock,
        reading: impl Future<Output = T>,
    ) -> T {
        tokio::select! {
            read = reading => read,
            never = self.renew_claim(clock) => match never {},
        }
    }

    async fn renew_claim(&self, clock: &dyn Clock) -> Infallible {
        let lease = self.times.lease;
        loop {
            sleep(lease / 3).await;
            let now = clock.now().as_millisecond();
            if let Err(error) = self.store.renew_lease(&self.source, now, lease).await {
                tracing::debug!(cause = %Chain(&error), "Another server may read the source too");
            }
        }
    }

    /// Records that this server could not read the source. No server may read it during the `pause`.
    pub(super) async fn record_failure(
        &self,
        clock: &dyn Clock,
        pause: Duration,
    ) -> Result<(), StoreError> {
        let now = clock.now().as_millisecond();
        self.store.reading_failed(&self.source, now, pause).await
    }

    /// Records a reading of the source, and keeps its copy for at least `keep`.
    pub(super) async fn record(
        &self,
        blogs: FetchedBlogs,
        clock: &dyn Clock,
        keep: Duration,
    ) -> Result<(), StoreError> {
        let last = self.last.lock().await.hash.clone();
        let copy = match self.hash_of(&blogs) {
            // The copy of the last reading is never deleted, so the store has its body.
            Some(hash) if hash == last => StoredCopy {
                hash,
                body: Vec::new(),
            },
            _ => {
                let body = blogs.clone();
                let written = tokio::task::spawn_blocking(move || write(&body)).await;
                let copy = written.ok().flatten().ok_or(StoreError::Unreachable)?;
                self.remember(copy.hash.clone(), blogs);
                copy
            }
        };
        let now = clock.now().as_millisecond();
        let keep = keep + KEEP_MARGIN;
        self.store
            .add_reading(&self.source, &copy, now, keep)
            .await?;
        Ok(())
    }

    /// Adopts the readings that this server does not know yet, oldest first.
    pub(super) async fn catch_up(&self, state: &Mutex<State>) {
        if let Err(error) = self.adopt_new(state).await {
            tracing::debug!(cause = %Chain(&error), "Can't read other servers' readings from the database");
        }
    }

    /// Calls during a query share the next one.
    async fn adopt_new(&self, state: &Mutex<State>) -> Result<(), StoreError> {
        let asked = self.asked.load(Ordering::SeqCst);
        let mut last = self.last.lock().await;
        if self.asked.load(Ordering::SeqCst) > asked {
            // The store was asked after this call, and has answered: the lock is free.
            return Ok(());
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        for row in self.store.readings(&self.source, last.number).await? {
            let copy = self.copy(row.hash.clone()).await?;
            last.number = row.number;
            last.hash = row.hash;
            let Some(blogs) = copy else {
                continue;
            };
            let fetched_at = Timestamp::from_millisecond(row.read_at).unwrap_or_default();
            state.lock().adopt(Reading {
                read_at: row.read_at,
                blogs: FetchedBlogs {
                    fetched_at: rfc3339(fetched_at).into(),
                    ..blogs
                },
            });
        }
        Ok(())
    }

    async fn copy(&self, hash: Vec<u8>) -> Result<Option<FetchedBlogs>, StoreError> {
        let known = {
            let known = self.known.lock();
            let mut copies = known.iter();
            copies.find(|(known, _)| *known == hash).cloned()
        };
        if let Some((_, blogs)) = known {
            return Ok(Some(blogs));
        }
        let Some(body) = self.store.copy(&hash).await? else {
            return Ok(None);
        };
        let read = tokio::task::spawn_blocking(move || read(&body)).await;
        let Ok(Ok(blogs)) = read else {
            tracing::error!("A copy of the blogs in the database can't be read");
            return Ok(None);
        };
        self.remember(hash, blogs.clone());
        Ok(Some(blogs))
    }

    fn hash_of(&self, blogs: &FetchedBlogs) -> Option<Vec<u8>> {
        let known = self.known.lock();
        let mut copies = known.iter();
        let is_same = |known: &FetchedBlogs| {
            Arc::ptr_eq(&known.copy, &blogs.copy)
                && known.site == blogs.site
                && known.source == blogs.source
        };
        let (hash, _) = copies.find(|(_, known)| is_same(known))?;
        Some(hash.clone())
    }

    fn remember(&self, hash: Vec<u8>, blogs: FetchedBlogs) {
        let mut known = self.known.lock();
        known.push_back((hash, blogs));
        if known.len() > MAX_SNAPSHOTS {
            known.pop_front();
        }
    }
}

fn write(blogs: &FetchedBlogs) -> Option<StoredCopy> {
    let body = Body {
        kind: Cow::Borrowed(&blogs.source),
        site: blogs.site.as_deref().cloned(),
        posts: blogs.copy.snapshot.posts().into(),
    };
    let mut writer = HashingWriter {
        hash: digest::Context::new(&digest::SHA256),
        encoder: GzEncoder::new(Vec::new(), Compression::fast()),
    };
    serde_json::to_writer(&mut writer, &body).ok()?;
    Some(StoredCopy {
        hash: writer.hash.finish().as_ref().to_vec(),
        body: writer.encoder.finish().ok()?,
    })
}

/// Compresses and hashes text while it is written, so that the whole text is never in memory.
struct HashingWriter {
    hash: digest::Context,
    encoder: GzEncoder<Vec<u8>>,
}

impl Write for HashingWriter {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.hash.update(text);
        self.encoder.write_all(text)?;
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.encoder.flush()
    }
}

fn read(body: &[u8]) -> Result<FetchedBlogs, serde_json::Error> {
    let body: Body<'static> = serde_json::from_reader(GzDecoder::new(body))?;
    Ok(FetchedBlogs {
        copy: Arc::new(BlogCopy::new(Snapshot::new(body.posts.into_owned()))),
        fetched_at: Arc::default(),
        site: body.site.map(Arc::new),
        source: body.kind.into(),
    })
}
