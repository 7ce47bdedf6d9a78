//! How long new sessions wait for the list while a source over the network is slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flashblog::cache::{BlogCache, Reader};
use flashblog::clock::{Clock, SystemClock};
use flashblog::content::post::Post;
use flashblog::session_id::SessionId;
use flashblog::sources::embedded::EmbeddedSource;
use flashblog::sources::{BlogSource, SourceError};

use crate::row;

/// How long the source takes to answer.
const UPSTREAM: Duration = Duration::from_secs(3);
/// Shorter than a reading takes, so that a reading runs nearly all the time.
const REFRESH: Duration = Duration::from_secs(1);
/// How long sessions are measured.
const SPAN: Duration = Duration::from_secs(12);
const GOAL: Duration = Duration::from_millis(20);

struct RemoteSource {
    posts: EmbeddedSource,
    readings: AtomicUsize,
}

#[async_trait]
impl BlogSource for RemoteSource {
    fn kind(&self) -> &'static str {
        "wordpress"
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        self.readings.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(UPSTREAM).await;
        self.posts.fetch().await
    }
}

pub(crate) fn run() -> anyhow::Result<()> {
    eprintln!("readers of a slow source");
    let (readings, mut waits) = tokio::runtime::Runtime::new()?.block_on(read())?;
    waits.sort_unstable();
    let at = |percent: usize| waits.get(waits.len() * percent / 100).copied();
    let p99 = at(99).unwrap_or_default();
    row(
        "A new session's list while the source needs 3 s and the copy is too old: 99th percentile",
        "< 20 ms",
        &format!(
            "{:.2} ms of {} sessions (median {:.2} ms, {readings} readings of the source meanwhile)",
            p99.as_secs_f64() * 1e3,
            waits.len(),
            at(50).unwrap_or_default().as_secs_f64() * 1e3,
        ),
        p99 < GOAL,
    );
    Ok(())
}

/// How often the source was read meanwhile, and how long each session waited for its list.
async fn read() -> anyhow::Result<(usize, Vec<Duration>)> {
    let source = Arc::new(RemoteSource {
        posts: EmbeddedSource::new(),
        readings: AtomicUsize::new(0),
    });
    let clock = Arc::new(SystemClock::start());
    let cache = BlogCache::new(
        Arc::clone(&source) as Arc<dyn BlogSource>,
        Arc::clone(&clock) as Arc<dyn Clock>,
        Duration::from_secs(3_600),
    )
    .with_refresh(REFRESH);
    // The first reader waits for the first copy. It is not measured.
    cache.view(reader(&clock)?).await;
    let mut waits = Vec::new();
    let started = Instant::now();
    while started.elapsed() < SPAN {
        let asked = Instant::now();
        let view = cache.view(reader(&clock)?).await;
        waits.push(asked.elapsed());
        anyhow::ensure!(!view.snapshot.posts().is_empty(), "a session got no blogs");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok((source.readings.load(Ordering::SeqCst) - 1, waits))
}

/// A session that begins now.
fn reader(clock: &SystemClock) -> anyhow::Result<Reader> {
    Ok(Reader {
        session: SessionId::random()?,
        since: clock.now().as_second(),
    })
}
