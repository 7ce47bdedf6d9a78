//! Which copy of the blogs a visitor reads.
//!
//! The source is read into one shared copy, by one fetch at a time. Each session then pins the copy
//! that it saw first, so that pages don't shift under a reader; a pin is only a reference.
//! Sessions, snapshots and cached pages are bounded.

mod saved;
mod state;
mod upstream;
mod view;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;

pub use self::saved::SavedCopy;
pub use self::state::Fetches;
use self::upstream::{Current, Upstream};
use self::view::FetchedBlogs;
pub use self::view::View;
use crate::clock::Clock;
use crate::session_id::SessionId;
use crate::sources::BlogSource;
use crate::sources::site_info::SiteInfo;

/// The shortest time between two fetches, and how old a copy of a source on this machine may be.
pub const REFETCH_INTERVAL: Duration = Duration::from_secs(5);
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

    /// The same cache with another age at which a copy of a remote source is read again.
    #[must_use]
    pub fn with_refresh(mut self, refresh: Duration) -> Self {
        self.upstream.set_refresh(refresh);
        self
    }

    /// The same cache, which keeps the last good copy of a remote source on disk and begins with it.
    #[must_use]
    pub fn with_saved_copy(mut self, saved: SavedCopy) -> Self {
        self.upstream.restore(saved);
        self
    }

    /// Reads the source at once where the copy is from disk, so that the first visitors see no stale one.
    /// It needs a tokio runtime.
    pub fn renew_saved_copy(&self) {
        self.upstream.renew_restored();
    }

    /// What the source says about the site itself.
    pub fn site(&self) -> Option<Arc<SiteInfo>> {
        self.upstream.site()
    }

    /// The source that the blogs come from.
    pub fn source(&self) -> &dyn BlogSource {
        self.upstream.source()
    }

    /// The blogs for a session: its pinned copy, else the newest one, which it then pins if it is young.
    /// Only a reader without any copy waits for a remote source. While the source fails: the last good
    /// copy or an empty list, marked stale.
    pub async fn view(&self, session: SessionId) -> View {
        if let Some(blogs) = self.pinned(session) {
            tracing::debug!("Returning cached blogs for session {session}");
            return self.show(Some(&blogs), false);
        }
        tracing::debug!("Fetching fresh blogs from API for session {session}");
        let current = self.upstream.current().await;
        if let Some(blogs) = current.blogs.clone().filter(|_| current.can_be_pinned) {
            let since = self.clock.uptime();
            self.pins.insert(session, Pin { blogs, since });
        }
        self.show_current(&current)
    }

    /// The blogs for a page or a feed, as [`BlogCache::view`] shows them; nothing is pinned.
    pub async fn peek(&self, session: Option<SessionId>) -> View {
        match session.and_then(|session| self.pinned(session)) {
            Some(blogs) => self.show(Some(&blogs), false),
            None => self.show_current(&self.upstream.current().await),
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

    fn show_current(&self, current: &Current) -> View {
        self.show(current.blogs.as_ref(), current.stale)
    }

    fn show(&self, blogs: Option<&FetchedBlogs>, stale: bool) -> View {
        View::new(blogs, stale, self.source().kind())
    }
}
