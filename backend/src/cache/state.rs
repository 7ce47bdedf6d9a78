//! What is known of the source: its last good copy, the last attempt, the copies in memory.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;

use super::view::{BlogCopy, FetchedBlogs};
use super::{MAX_SNAPSHOTS, REFETCH_INTERVAL};
use crate::clock::{Clock, rfc3339};
use crate::content::snapshot::Snapshot;
use crate::sources::SourceError;
use crate::sources::site_info::SiteInfo;
use crate::telemetry::Chain;

/// A fetch that is under way; every reader that needs it awaits the same one (single flight).
pub(super) type Flight = Shared<BoxFuture<'static, Result<FetchedBlogs, FetchFailed>>>;

/// The cause is in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct FetchFailed;

/// How often the source was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fetches {
    /// Fetches that brought posts, or the news that nothing changed.
    pub succeeded: u64,
    /// Fetches that failed.
    pub failed: u64,
}

/// What a fetch brought; `None` when the source is unchanged.
pub(super) type Fetched<T> = Option<(T, Option<SiteInfo>)>;

#[derive(Default)]
pub(super) struct State {
    pub(super) last_good: Option<FetchedBlogs>,
    /// Every copy that a session may hold, oldest first.
    snapshots: VecDeque<Weak<BlogCopy>>,
    pub(super) last_attempt: Option<Attempt>,
    /// Whether `last_good` is from disk, and the source was not read since the start.
    pub(super) is_restored: bool,
    pub(super) flight: Option<Flight>,
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
    /// Different copies that are in memory.
    pub(super) fn copies(&self) -> usize {
        let copies = self.snapshots.iter();
        copies.filter(|copy| copy.strong_count() > 0).count()
    }

    /// Records the outcome of a fetch; with whether its copy is a new one.
    pub(super) fn land(
        &mut self,
        fetched: Result<Fetched<Arc<BlogCopy>>, SourceError>,
        source: &str,
        clock: &dyn Clock,
    ) -> Result<(FetchedBlogs, bool), FetchFailed> {
        self.flight = None;
        let mut attempt = Attempt {
            ended: clock.uptime(),
            outcome: Outcome::Succeeded,
        };
        let landed = fetched.and_then(|fetched| self.take_in(fetched, source, clock));
        if let Err(cause) = &landed {
            self.fetches.failed += 1;
            let pause = cause.retry_after().unwrap_or(REFETCH_INTERVAL);
            attempt.outcome = Outcome::Failed(pause.max(REFETCH_INTERVAL));
            tracing::error!("API request failed: {}", Chain(cause));
        } else {
            self.fetches.succeeded += 1;
            self.is_restored = false;
        }
        self.last_attempt = Some(attempt);
        landed.map_err(|_| FetchFailed)
    }

    fn take_in(
        &mut self,
        fetched: Fetched<Arc<BlogCopy>>,
        source: &str,
        clock: &dyn Clock,
    ) -> Result<(FetchedBlogs, bool), SourceError> {
        let previous = self.last_good.take();
        let fetched_at = rfc3339(clock.now()).into();
        let source = source.into();
        let blogs = match (fetched, &previous) {
            (Some((copy, site)), _) => FetchedBlogs {
                copy,
                fetched_at,
                site: site.map(Arc::new),
                source,
            },
            (None, Some(previous)) => FetchedBlogs {
                fetched_at,
                source,
                ..previous.clone()
            },
            (None, None) => {
                let problem = "the source says that nothing changed, but there is no copy of it";
                return Err(SourceError::Unusable(problem.to_owned()));
            }
        };
        let is_new = previous.is_none_or(|previous| {
            !Arc::ptr_eq(&previous.copy, &blogs.copy) || previous.site != blogs.site
        });
        self.admit(&blogs.copy);
        self.last_good = Some(blogs.clone());
        Ok((blogs, is_new))
    }

    /// Lists a copy among those that sessions may hold. Beyond [`MAX_SNAPSHOTS`] the oldest retire.
    pub(super) fn admit(&mut self, copy: &Arc<BlogCopy>) {
        let is_same = |known: &Weak<BlogCopy>| std::ptr::eq(known.as_ptr(), Arc::as_ptr(copy));
        if self.snapshots.iter().any(is_same) {
            return;
        }
        self.snapshots.retain(|copy| copy.strong_count() > 0);
        self.snapshots.push_back(Arc::downgrade(copy));
        let surplus = self.snapshots.len().saturating_sub(MAX_SNAPSHOTS);
        let oldest = self.snapshots.iter().take(surplus);
        for copy in oldest.filter_map(Weak::upgrade) {
            copy.retired.store(true, Ordering::Relaxed);
        }
    }
}

/// Returns the copy in memory that equals `snapshot`, else a new one. It compares whole posts, so it
/// does not hold the lock meanwhile.
pub(super) fn share(state: &Mutex<State>, snapshot: Snapshot) -> Arc<BlogCopy> {
    let held: Vec<Arc<BlogCopy>> = {
        let state = state.lock();
        state.snapshots.iter().filter_map(Weak::upgrade).collect()
    };
    let mut readable = held
        .into_iter()
        .filter(|copy| !copy.retired.load(Ordering::Relaxed));
    let same = readable.find(|copy| *copy.snapshot == snapshot);
    same.unwrap_or_else(|| Arc::new(BlogCopy::new(snapshot)))
}
