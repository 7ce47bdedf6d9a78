//! Which copy of the blogs a visitor reads.
//!
//! The source is read by one fetch at a time. A session keeps one copy for a while, so that the pages of a
//! list don't change while they are read. The copy is computed from the session's beginning and the times
//! of the readings, and not stored. The number of copies is bounded.

mod fetch;
mod readings;
mod saved;
mod shared;
mod state;
mod upstream;
mod view;

use std::sync::Arc;
use std::time::Duration;

pub use self::readings::Reader;
pub use self::saved::SavedCopy;
pub use self::shared::SharingTimes;
pub use self::state::Fetches;
use self::upstream::Upstream;
pub use self::view::View;
use self::view::{Current, FetchedBlogs};
use crate::clock::Clock;
use crate::sources::BlogSource;
use crate::sources::site_info::SiteInfo;
use crate::store::Store;

/// The shortest time between two fetches, and how old a copy of a source on this machine may be.
pub const REFETCH_INTERVAL: Duration = Duration::from_secs(5);
/// The most different copies in memory. Above this, sessions with the oldest copy move to the next one.
pub const MAX_SNAPSHOTS: usize = 16;

/// The copies of the source that sessions read.
pub struct BlogCache {
    upstream: Upstream,
}

impl BlogCache {
    /// `lifetime` is how long a session keeps reading the same copy.
    pub fn new(source: Arc<dyn BlogSource>, clock: Arc<dyn Clock>, lifetime: Duration) -> Self {
        Self {
            upstream: Upstream::new(source, clock, lifetime),
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

    /// The same cache, which shares its readings with all servers that use the store. `source` names
    /// the source.
    #[must_use]
    pub fn with_shared_readings(
        mut self,
        store: Arc<dyn Store>,
        source: &str,
        times: SharingTimes,
    ) -> Self {
        self.upstream.share_readings(store, source, times);
        self
    }

    /// The same cache, from which every reader gets the newest copy (`--preview`).
    #[must_use]
    pub fn without_pins(mut self) -> Self {
        self.upstream.pin_nothing();
        self
    }

    /// Reads the source now, however recent the last reading is.
    pub async fn read_again(&self) {
        self.upstream.read_again().await;
    }

    /// Begins to read the source: the first visitors wait less and see no stale copy, and the log reports
    /// problems with the posts at once. It needs a tokio runtime.
    pub fn begin_reading(&self) {
        self.upstream.begin();
    }

    /// Waits for the first reading of a remote source, at most as long as a reader does.
    pub async fn await_first_reading(&self) {
        if self.upstream.is_unread() {
            self.upstream.current().await;
        }
    }

    /// The site's name, texts and pages from the source. `None` before the source is read.
    pub fn site(&self) -> Option<Arc<SiteInfo>> {
        self.upstream.site()
    }

    /// The source that the blogs come from.
    pub fn source(&self) -> &dyn BlogSource {
        self.upstream.source()
    }

    /// The blogs for a session: the copy that it keeps, else the newest one. Only a reader without any
    /// copy waits for a remote source. While the source fails: the last good copy or an empty list,
    /// marked stale.
    pub async fn view(&self, reader: Reader) -> View {
        let session = reader.session;
        if let Some(blogs) = self.upstream.held_by(reader) {
            tracing::debug!("Returning cached blogs for session {session}");
            return self.show(blogs);
        }
        tracing::debug!("Fetching fresh blogs from API for session {session}");
        self.peek(Some(reader)).await
    }

    /// The blogs for a page or a feed, as [`BlogCache::view`] shows them, also without a session.
    pub async fn peek(&self, reader: Option<Reader>) -> View {
        let held = || self.upstream.held_by(reader?);
        if let Some(blogs) = held() {
            return self.show(blogs);
        }
        if reader.is_some() {
            self.upstream.catch_up().await;
        }
        if let Some(blogs) = held() {
            return self.show(blogs);
        }
        let current = self.upstream.current().await;
        match held() {
            Some(blogs) => self.show(blogs),
            None => View::new(current, self.source().kind()),
        }
    }

    /// How often the source was read since the start.
    pub fn fetches(&self) -> Fetches {
        self.upstream.fetches()
    }

    /// Forgets readings that no session needs any more. A copy is freed with its last reading.
    pub fn evict_expired(&self) {
        self.upstream.evict_expired();
    }

    /// The number of different copies in memory.
    pub fn snapshots(&self) -> usize {
        self.upstream.snapshots()
    }

    fn show(&self, blogs: FetchedBlogs) -> View {
        let current = Current {
            blogs: Some(blogs),
            stale: false,
            posts_so_far: None,
        };
        View::new(current, self.source().kind())
    }
}
