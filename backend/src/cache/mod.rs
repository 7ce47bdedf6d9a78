//! Which copy of the blogs a visitor reads.
//!
//! The source is read into one shared copy, by one fetch at a time. Each session then pins the copy
//! that it saw first, so that pages don't shift under a reader; a pin is only a reference.
//! Sessions, snapshots and cached pages are bounded.

mod upstream;
mod view;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;

pub use self::upstream::Fetches;
use self::upstream::{FetchFailed, Upstream};
use self::view::FetchedBlogs;
pub use self::view::View;
use crate::clock::Clock;
use crate::session_id::SessionId;
use crate::sources::BlogSource;

/// The shortest time between two fetches; sessions that begin meanwhile share the outcome.
pub const REFETCH_INTERVAL: Duration = Duration::from_secs(5);
/// How long a page waits for the source when there is an older copy to show.
const PEEK_TIMEOUT: Duration = Duration::from_secs(1);
/// The most sessions that pin a copy. Beyond it the least recently seen lose theirs.
pub const MAX_SESSIONS: u64 = 1_000_000;
/// The most different copies in memory. Beyond it the sessions with the oldest move to the newest.
pub const MAX_SNAPSHOTS: usize = 16;

/// The shared copy of the source, and the copy that each session pins.
pub struct BlogCache {
    upstream: Upstream,
    clock: Arc<dyn Clock>,
    lifetime: Duration,
    pins: Cache<SessionId, Pin>,
}

/// The copy that a session reads.
#[derive(Clone)]
struct Pin {
    blogs: FetchedBlogs,
    since: Duration,
}

impl BlogCache {
    /// `lifetime` is how long a session keeps reading the same copy.
    pub fn new(source: Arc<dyn BlogSource>, clock: Arc<dyn Clock>, lifetime: Duration) -> Self {
        Self {
            upstream: Upstream::new(source, Arc::clone(&clock)),
            clock,
            lifetime,
            pins: Cache::with_weighter(1024, MAX_SESSIONS, UnitWeighter),
        }
    }

    /// The same cache with another bound than [`MAX_SESSIONS`].
    #[must_use]
    pub fn with_max_sessions(self, sessions: u64) -> Self {
        Self {
            pins: Cache::with_weighter(1024, sessions, UnitWeighter),
            ..self
        }
    }

    /// The source that the blogs come from.
    pub fn source(&self) -> &dyn BlogSource {
        self.upstream.source()
    }

    /// The blogs for a session: its pinned copy, else a fresh one, which it then pins. While the
    /// source fails: the last good copy or an empty list, marked stale and not pinned.
    pub async fn view(&self, session: SessionId) -> View {
        if let Some(blogs) = self.pinned(session) {
            tracing::debug!("Returning cached blogs for session {session}");
            return self.show(Some(&blogs), false);
        }
        tracing::debug!("Fetching fresh blogs from API for session {session}");
        match self.upstream.fresh().await {
            Ok(blogs) => {
                let view = self.show(Some(&blogs), false);
                let since = self.clock.uptime();
                self.pins.insert(session, Pin { blogs, since });
                view
            }
            Err(FetchFailed) => self.show(self.upstream.last_good().as_ref(), true),
        }
    }

    /// The blogs for a page or a feed: the session's pinned copy, else a fresh one, which is not
    /// pinned. Where there is an older copy, it waits at most [`PEEK_TIMEOUT`] for the source.
    pub async fn peek(&self, session: Option<SessionId>) -> View {
        if let Some(blogs) = session.and_then(|session| self.pinned(session)) {
            return self.show(Some(&blogs), false);
        }
        let last_good = self.upstream.last_good();
        let fresh = self.upstream.fresh();
        let fetched = match &last_good {
            Some(blogs) => tokio::time::timeout(PEEK_TIMEOUT, fresh)
                .await
                .unwrap_or_else(|_| Ok(blogs.clone())),
            None => fresh.await,
        };
        match fetched {
            Ok(blogs) => self.show(Some(&blogs), false),
            Err(FetchFailed) => self.show(last_good.as_ref(), true),
        }
    }

    /// How often the source was read since the start.
    pub fn fetches(&self) -> Fetches {
        self.upstream.fetches()
    }

    /// Removes a session's pin.
    pub fn forget(&self, session: SessionId) {
        self.pins.remove(&session);
    }

    /// Removes pins older than the lifetime. A copy is freed with its last pin.
    pub fn evict_expired(&self) {
        self.pins.retain(|_, pin| self.is_current(pin));
    }

    /// Sessions that pin a copy.
    pub fn sessions(&self) -> usize {
        self.pins.len()
    }

    /// Different copies in memory.
    pub fn snapshots(&self) -> usize {
        self.upstream.snapshots()
    }

    fn pinned(&self, session: SessionId) -> Option<FetchedBlogs> {
        let pin = self.pins.get(&session)?;
        self.is_current(&pin).then_some(pin.blogs)
    }

    fn is_current(&self, pin: &Pin) -> bool {
        let age = self.clock.uptime().saturating_sub(pin.since);
        age < self.lifetime && !pin.blogs.copy.retired.load(Ordering::Relaxed)
    }

    fn show(&self, blogs: Option<&FetchedBlogs>, stale: bool) -> View {
        View::new(blogs, stale, self.source().kind())
    }
}
