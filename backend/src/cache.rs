//! Which copy of the blogs a visitor reads.
//!
//! The source is read into one shared copy, by one request at a time for everybody. Each session
//! then keeps the copy that it saw first for a while, so that pages don't shift while someone
//! reads; sessions only hold a reference to it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use jiff::Timestamp;
use parking_lot::Mutex;
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use serde_json::value::{RawValue, to_raw_value};
use shared::blog::Freshness;

use crate::clock::{Clock, rfc3339};
use crate::content::snapshot::Snapshot;
use crate::error::Chain;
use crate::sources::{BlogSource, SourceError};
use crate::token::SessionId;

/// Which part of the list a reader asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// From 1; the list knows where it ends.
    pub page: u32,
    /// From 1 to [`shared::blog::MAX_PER_PAGE`].
    pub per_page: u32,
    /// Only this category, if any.
    pub category: Option<String>,
}

/// The source is left alone for this long after an answer or a failure; sessions that begin
/// meanwhile share what it gave.
pub const PAUSE: Duration = Duration::from_secs(5);
/// Sessions that can hold a copy at once. Beyond it, those seen least forget theirs.
const MAX_SESSIONS: u64 = 1_000_000;
/// Pages of one copy that are kept in writing.
const MAX_WRITTEN_PAGES: usize = 128;

/// The shared copy of the source, and each session's hold on the one that it reads.
pub struct BlogCache {
    source: Arc<dyn BlogSource>,
    clock: Arc<dyn Clock>,
    lifetime: Duration,
    upstream: Arc<Mutex<Upstream>>,
    pinned: Cache<SessionId, Pinned>,
}

/// What a source held at one moment, and the pages of it that were asked for, written once for
/// all sessions that read it.
struct FetchedBlogs {
    snapshot: Arc<Snapshot>,
    fetched_at: Timestamp,
    pages: Cache<PageRequest, Arc<RawValue>>,
}

/// A session's hold on a copy.
#[derive(Clone)]
struct Pinned {
    blogs: Arc<FetchedBlogs>,
    since: Duration,
}

/// One request to the source, which everybody who needs it waits for.
type Flight = Shared<BoxFuture<'static, Result<Arc<FetchedBlogs>, FetchFailed>>>;

/// The cause is in the log.
#[derive(Debug, Clone, Copy)]
struct FetchFailed;

#[derive(Default)]
struct Upstream {
    last_good: Option<Arc<FetchedBlogs>>,
    last_attempt: Option<Attempt>,
    flight: Option<Flight>,
}

#[derive(Clone, Copy)]
struct Attempt {
    ended: Duration,
    failed: bool,
}

/// The blogs as one session sees them.
pub struct View {
    /// The posts.
    pub snapshot: Arc<Snapshot>,
    /// How current they are.
    pub freshness: Freshness,
    /// The copy that the session holds; none while the source fails.
    held: Option<Arc<FetchedBlogs>>,
}

impl View {
    /// Whether the source failed and there is no copy of it at all.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.freshness.fetched_at.is_none()
    }

    /// A page of the list as JSON.
    ///
    /// # Errors
    /// When it can't be written as JSON.
    pub fn page(&self, request: &PageRequest) -> Result<Arc<RawValue>, serde_json::Error> {
        let write = || {
            let page =
                self.snapshot
                    .page(request.page, request.per_page, request.category.as_deref());
            to_raw_value(&page.with_freshness(self.freshness.clone())).map(Arc::from)
        };
        match &self.held {
            Some(blogs) => blogs.pages.get_or_insert_with(request, write),
            None => write(),
        }
    }
}

impl BlogCache {
    /// `lifetime` is how long a session keeps reading the same copy.
    #[must_use]
    pub fn new(source: Arc<dyn BlogSource>, clock: Arc<dyn Clock>, lifetime: Duration) -> Self {
        Self {
            source,
            clock,
            lifetime,
            upstream: Arc::default(),
            pinned: Cache::with_weighter(1024, MAX_SESSIONS, UnitWeighter),
        }
    }

    /// The source that the blogs come from.
    #[must_use]
    pub fn source(&self) -> &dyn BlogSource {
        self.source.as_ref()
    }

    /// The blogs for a session: the copy that it holds, else a fresh one, else, when the source
    /// fails, the last good one or an empty one, marked stale and held by nobody.
    pub async fn view(&self, session: SessionId) -> View {
        let pinned = self.pinned.get(&session);
        if let Some(pinned) = pinned.filter(|pinned| self.age(pinned.since) < self.lifetime) {
            tracing::debug!("Returning cached blogs for session {session}");
            return self.show(Some(&pinned.blogs), false);
        }
        tracing::debug!("Fetching fresh blogs from API for session {session}");
        match self.fresh().await {
            Ok(blogs) => {
                let view = self.show(Some(&blogs), false);
                let since = self.clock.uptime();
                self.pinned.insert(session, Pinned { blogs, since });
                view
            }
            Err(FetchFailed) => {
                let last_good = self.upstream.lock().last_good.clone();
                self.show(last_good.as_ref(), true)
            }
        }
    }

    /// Forgets a session, so that the copy that it held can go.
    pub fn forget(&self, session: SessionId) {
        self.pinned.remove(&session);
    }

    /// Lets go of the copies of sessions that have not come back in time: a copy dies when the
    /// last session lets go.
    pub fn tidy(&self) {
        self.pinned
            .retain(|_, pinned| self.age(pinned.since) < self.lifetime);
    }

    fn show(&self, blogs: Option<&Arc<FetchedBlogs>>, stale: bool) -> View {
        View {
            snapshot: blogs.map_or_else(
                || Arc::new(Snapshot::new(Vec::new())),
                |blogs| Arc::clone(&blogs.snapshot),
            ),
            freshness: Freshness {
                fetched_at: blogs.map(|blogs| rfc3339(blogs.fetched_at)),
                stale,
                source: self.source.kind().to_owned(),
            },
            held: blogs.filter(|_| !stale).cloned(),
        }
    }

    /// What the source holds now, give or take [`PAUSE`].
    async fn fresh(&self) -> Result<Arc<FetchedBlogs>, FetchFailed> {
        let flight = {
            let mut upstream = self.upstream.lock();
            match (&upstream.flight, upstream.last_attempt) {
                (Some(flight), _) => flight.clone(),
                (None, Some(attempt)) if self.age(attempt.ended) < PAUSE => {
                    let last_good = upstream.last_good.clone().filter(|_| !attempt.failed);
                    return last_good.ok_or(FetchFailed);
                }
                _ => {
                    let flight = self.take_off();
                    upstream.flight = Some(flight.clone());
                    flight
                }
            }
        };
        flight.await
    }

    /// Starts a request to the source in a task of its own: whoever stops waiting for it stops
    /// nobody else.
    fn take_off(&self) -> Flight {
        let source = Arc::clone(&self.source);
        let clock = Arc::clone(&self.clock);
        let upstream = Arc::clone(&self.upstream);
        let landing = tokio::spawn(async move {
            // A task inside the task, so that an adapter's panic is a failure like any other.
            let fetched = match tokio::spawn(async move { source.fetch().await }).await {
                Ok(fetched) => fetched.map(Snapshot::new),
                Err(panic) => Err(SourceError::Unusable(format!(
                    "the source's adapter failed: {panic}"
                ))),
            };
            let mut upstream = upstream.lock();
            upstream.flight = None;
            upstream.last_attempt = Some(Attempt {
                ended: clock.uptime(),
                failed: fetched.is_err(),
            });
            match fetched {
                Ok(snapshot) => {
                    let blogs = Arc::new(FetchedBlogs {
                        snapshot: upstream.share(snapshot),
                        fetched_at: clock.now(),
                        pages: Cache::new(MAX_WRITTEN_PAGES),
                    });
                    upstream.last_good = Some(Arc::clone(&blogs));
                    Ok(blogs)
                }
                Err(cause) => {
                    tracing::error!("API request failed: {}", Chain(&cause));
                    Err(FetchFailed)
                }
            }
        });
        async move { landing.await.unwrap_or(Err(FetchFailed)) }
            .boxed()
            .shared()
    }

    fn age(&self, since: Duration) -> Duration {
        self.clock.uptime().saturating_sub(since)
    }
}

impl Upstream {
    /// The copy that sessions already hold when it says the same, so that memory holds it once.
    fn share(&self, snapshot: Snapshot) -> Arc<Snapshot> {
        match &self.last_good {
            Some(blogs) if *blogs.snapshot == snapshot => Arc::clone(&blogs.snapshot),
            _ => Arc::new(snapshot),
        }
    }
}
