//! The one reading of the source that all sessions share.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;

use super::view::{BlogCopy, FetchedBlogs};
use super::{MAX_SNAPSHOTS, REFETCH_INTERVAL};
use crate::clock::{Clock, rfc3339};
use crate::content::snapshot::Snapshot;
use crate::sources::{BlogSource, SourceError};
use crate::telemetry::{Chain, in_current_request};

/// The longest wait for a source: well within the time that a handler has to answer.
const FETCH_TIMEOUT: Duration = Duration::from_secs(20);

/// A fetch that is under way; every reader that needs it awaits the same one (single flight).
type Flight = Shared<BoxFuture<'static, Result<FetchedBlogs, FetchFailed>>>;

/// The cause is in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct FetchFailed;

/// How often the source was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fetches {
    /// Fetches that brought posts.
    pub succeeded: u64,
    /// Fetches that failed.
    pub failed: u64,
}

/// The source and what it last held.
pub(super) struct Upstream {
    source: Arc<dyn BlogSource>,
    clock: Arc<dyn Clock>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    last_good: Option<FetchedBlogs>,
    /// Every copy that a session may hold, oldest first.
    snapshots: VecDeque<Weak<BlogCopy>>,
    last_attempt: Option<Attempt>,
    flight: Option<Flight>,
    fetches: Fetches,
}

#[derive(Clone, Copy)]
struct Attempt {
    ended: Duration,
    failed: bool,
}

impl Upstream {
    pub(super) fn new(source: Arc<dyn BlogSource>, clock: Arc<dyn Clock>) -> Self {
        Self {
            source,
            clock,
            state: Arc::default(),
        }
    }

    pub(super) fn source(&self) -> &dyn BlogSource {
        self.source.as_ref()
    }

    pub(super) fn last_good(&self) -> Option<FetchedBlogs> {
        self.state.lock().last_good.clone()
    }

    pub(super) fn fetches(&self) -> Fetches {
        self.state.lock().fetches
    }

    /// Different copies that are in memory.
    pub(super) fn snapshots(&self) -> usize {
        let state = self.state.lock();
        let copies = state.snapshots.iter();
        copies.filter(|copy| copy.strong_count() > 0).count()
    }

    /// Returns posts at most [`REFETCH_INTERVAL`] old. On timeout the caller gets [`FetchFailed`]; the
    /// fetch goes on.
    pub(super) async fn fresh(&self) -> Result<FetchedBlogs, FetchFailed> {
        let flight = {
            let mut state = self.state.lock();
            match (&state.flight, state.last_attempt) {
                (Some(flight), _) => flight.clone(),
                (None, Some(attempt)) if self.is_recent(attempt) => {
                    let last_good = state.last_good.clone().filter(|_| !attempt.failed);
                    return last_good.ok_or(FetchFailed);
                }
                _ => {
                    let flight = self.start_fetch();
                    state.flight = Some(flight.clone());
                    flight
                }
            }
        };
        tokio::time::timeout(FETCH_TIMEOUT, flight)
            .await
            .unwrap_or(Err(FetchFailed))
    }

    fn is_recent(&self, attempt: Attempt) -> bool {
        self.clock.uptime().saturating_sub(attempt.ended) < REFETCH_INTERVAL
    }

    /// Starts a fetch in a task of its own, so that it outlives the reader that started it. Its log
    /// lines carry that reader's request id.
    fn start_fetch(&self) -> Flight {
        let source = Arc::clone(&self.source);
        let clock = Arc::clone(&self.clock);
        let state = Arc::clone(&self.state);
        let landing = tokio::spawn(in_current_request(async move {
            let fetched = read(source).await;
            state.lock().land(fetched, &*clock)
        }));
        async move { landing.await.unwrap_or(Err(FetchFailed)) }
            .boxed()
            .shared()
    }
}

/// Reads the source in a task of its own: a panic in its adapter becomes an error.
async fn read(source: Arc<dyn BlogSource>) -> Result<Snapshot, SourceError> {
    let reading = in_current_request(async move { source.fetch().await.map(Snapshot::new) });
    tokio::spawn(reading).await.unwrap_or_else(|panic| {
        Err(SourceError::Unusable(format!(
            "the source's adapter failed: {panic}"
        )))
    })
}

impl State {
    /// Records the outcome of a fetch.
    fn land(
        &mut self,
        fetched: Result<Snapshot, SourceError>,
        clock: &dyn Clock,
    ) -> Result<FetchedBlogs, FetchFailed> {
        self.flight = None;
        self.last_attempt = Some(Attempt {
            ended: clock.uptime(),
            failed: fetched.is_err(),
        });
        match fetched {
            Ok(snapshot) => {
                self.fetches.succeeded += 1;
                let blogs = FetchedBlogs {
                    copy: self.share(snapshot),
                    fetched_at: rfc3339(clock.now()).into(),
                };
                self.last_good = Some(blogs.clone());
                Ok(blogs)
            }
            Err(cause) => {
                self.fetches.failed += 1;
                tracing::error!("API request failed: {}", Chain(&cause));
                Err(FetchFailed)
            }
        }
    }

    /// Returns the copy in memory that equals `snapshot`, else a new one. Beyond [`MAX_SNAPSHOTS`] the
    /// oldest copies retire.
    fn share(&mut self, snapshot: Snapshot) -> Arc<BlogCopy> {
        let held = self.snapshots.iter().filter_map(Weak::upgrade);
        let mut readable = held.filter(|copy| !copy.retired.load(Ordering::Relaxed));
        if let Some(same) = readable.find(|copy| *copy.snapshot == snapshot) {
            return same;
        }
        let copy = Arc::new(BlogCopy::new(snapshot));
        self.snapshots.retain(|copy| copy.strong_count() > 0);
        self.snapshots.push_back(Arc::downgrade(&copy));
        let surplus = self.snapshots.len().saturating_sub(MAX_SNAPSHOTS);
        let oldest = self.snapshots.iter().take(surplus);
        for copy in oldest.filter_map(Weak::upgrade) {
            copy.retired.store(true, Ordering::Relaxed);
        }
        copy
    }
}
