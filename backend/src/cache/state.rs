//! The state of the cache: the source's last good copy, the last attempt, the copies in memory.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;
use tokio::time::Instant;

use super::REFETCH_INTERVAL;
use super::readings::{Reading, Readings};
use super::view::{BlogCopy, FetchedBlogs};
use crate::clock::{Clock, rfc3339};
use crate::content::snapshot::Snapshot;
use crate::sources::SourceError;
use crate::sources::site_info::SiteInfo;
use crate::telemetry::Chain;

/// A fetch that is under way; every reader that needs it awaits the same one (single flight).
pub(super) type Flight = Shared<BoxFuture<'static, Result<FetchedBlogs, FetchFailed>>>;

/// A fetch failed. The log has the cause.
#[derive(Debug, Clone, Copy)]
pub(super) struct FetchFailed;

/// How often the source was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fetches {
    /// Fetches that returned posts, or that found the source unchanged.
    pub succeeded: u64,
    /// Fetches that failed.
    pub failed: u64,
}

/// The result of a fetch; `None` when the source is unchanged.
pub(super) type Fetched<T> = Option<(T, Option<SiteInfo>)>;

#[derive(Default)]
pub(super) struct State {
    pub(super) last_good: Option<FetchedBlogs>,
    pub(super) readings: Readings,
    /// The result of this server's last good fetch. It is still current when the source is unchanged.
    pub(super) fetched: Option<FetchedBlogs>,
    pub(super) last_attempt: Option<Attempt>,
    /// Whether `last_good` is from disk, and the source was not read since the start.
    pub(super) is_restored: bool,
    pub(super) flight: Option<Flight>,
    /// When the flight, or the last one, began.
    pub(super) flight_began: Option<Instant>,
    pub(super) fetches: Fetches,
}

#[derive(Clone, Copy)]
pub(super) struct Attempt {
    pub(super) ended: Duration,
    pub(super) outcome: Outcome,
}

#[derive(Clone, Copy)]
pub(super) enum Outcome {
    Succeeded,
    /// The source is not asked again for this long.
    Failed(Duration),
}

impl State {
    /// Records a reading, by this server or another one.
    pub(super) fn adopt(&mut self, reading: Reading) {
        self.last_good = Some(reading.blogs.clone());
        self.is_restored = false;
        self.readings.push(reading);
    }

    /// Records that the source was read `age` ago, by this server or another one.
    pub(super) fn attempted(&mut self, outcome: Outcome, age: Duration, clock: &dyn Clock) {
        self.flight = None;
        self.last_attempt = Some(Attempt {
            ended: clock.uptime().saturating_sub(age),
            outcome,
        });
    }

    /// Records the outcome of a fetch. Returns the blogs, and whether they are new.
    pub(super) fn land(
        &mut self,
        fetched: Result<Fetched<Arc<BlogCopy>>, SourceError>,
        source: &str,
        clock: &dyn Clock,
    ) -> Result<(FetchedBlogs, bool), FetchFailed> {
        let mut outcome = Outcome::Succeeded;
        let landed = fetched.and_then(|fetched| self.take_in(fetched, source, clock));
        if let Err(cause) = &landed {
            self.fetches.failed += 1;
            outcome = Outcome::Failed(pause_after(cause));
            tracing::error!("API request failed: {}", Chain(cause));
        } else {
            self.fetches.succeeded += 1;
        }
        self.attempted(outcome, Duration::ZERO, clock);
        landed.map_err(|_| FetchFailed)
    }

    fn take_in(
        &mut self,
        fetched: Fetched<Arc<BlogCopy>>,
        source: &str,
        clock: &dyn Clock,
    ) -> Result<(FetchedBlogs, bool), SourceError> {
        let previous = self.last_good.clone();
        let now = clock.now();
        let blogs = FetchedBlogs {
            fetched_at: rfc3339(now).into(),
            ..blogs_of(fetched, self.fetched.as_ref(), source)?
        };
        self.fetched = Some(blogs.clone());
        let is_new = blogs.is_new_after(previous.as_ref());
        self.adopt(Reading {
            read_at: now.as_millisecond(),
            blogs: blogs.clone(),
        });
        Ok((blogs, is_new))
    }
}

/// How long a source is not read after a failure: as long as it asks for, and at least
/// [`REFETCH_INTERVAL`].
pub(super) fn pause_after(cause: &SourceError) -> Duration {
    let asked = cause.retry_after().unwrap_or_default();
    asked.max(REFETCH_INTERVAL)
}

/// The blogs of a fetch, before its time is known. When the source is unchanged, they are the `previous`
/// ones.
pub(super) fn blogs_of(
    fetched: Fetched<Arc<BlogCopy>>,
    previous: Option<&FetchedBlogs>,
    source: &str,
) -> Result<FetchedBlogs, SourceError> {
    match (fetched, previous) {
        (Some((copy, site)), _) => Ok(FetchedBlogs {
            copy,
            fetched_at: Arc::default(),
            site: site.map(Arc::new),
            source: source.into(),
        }),
        (None, Some(previous)) => Ok(FetchedBlogs {
            source: source.into(),
            ..previous.clone()
        }),
        (None, None) => {
            let problem = "the source says that nothing changed, but there is no copy of it";
            Err(SourceError::Unusable(problem.to_owned()))
        }
    }
}

/// Returns the copy in memory that equals `snapshot`, else a new one. Comparing whole posts takes time, so
/// the lock is not held meanwhile.
pub(super) fn share(state: &Mutex<State>, snapshot: Snapshot) -> Arc<BlogCopy> {
    let copies: Vec<Arc<BlogCopy>> = {
        let state = state.lock();
        let readings = state.readings.iter().map(|reading| &reading.blogs);
        let blogs = readings.chain(&state.last_good);
        blogs.map(|blogs| Arc::clone(&blogs.copy)).collect()
    };
    let mut newest_first = copies.into_iter().rev();
    let same = newest_first.find(|copy| *copy.snapshot == snapshot);
    same.unwrap_or_else(|| Arc::new(BlogCopy::new(snapshot)))
}
