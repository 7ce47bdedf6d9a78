//! Which copy of the blogs a visitor reads.
//!
//! The source is read into one shared copy, by one request at a time for everybody. Each session
//! then keeps the copy that it saw first for a while, so that pages don't shift while someone
//! reads; sessions only hold a reference to it. Everything here is bounded: sessions, snapshots, and
//! the pages of a copy that are kept in writing.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use parking_lot::Mutex;
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use serde_json::value::{RawValue, to_raw_value};
use shared::blog::{BlogSummary, Freshness};
use shared::route::SearchQuery;
use shared::search::SearchPage;
use tokio::task::JoinError;

use crate::clock::{Clock, rfc3339};
use crate::content::snapshot::{PagePart, Snapshot};
use crate::session_id::SessionId;
use crate::sources::{BlogSource, SourceError};
use crate::telemetry::Chain;
use crate::telemetry::in_current_request;

/// Which part of the list a reader asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// From 1; the list knows where it ends.
    pub page: u32,
    /// From 1 to [`shared::blog::MAX_PER_PAGE`].
    pub per_page: u32,
    /// Only this category, if any.
    pub category: Option<String>,
    /// Only posts with this tag, if any.
    pub tag: Option<String>,
}

/// The source is left alone for this long after an answer or a failure; sessions that begin
/// meanwhile share what it gave.
pub const REFETCH_INTERVAL: Duration = Duration::from_secs(5);
/// How long a page waits for a source when there is an older copy that it can show.
const PEEK_TIMEOUT: Duration = Duration::from_secs(1);
/// How long anybody waits for a source, whatever it is given: well within the time in which a
/// handler has to answer.
const FETCH_TIMEOUT: Duration = Duration::from_secs(20);
/// Sessions that can hold a copy at once. Beyond it, those seen least forget theirs.
pub const MAX_SESSIONS: u64 = 1_000_000;
/// Copies with different content that sessions can hold at once. When a source changes faster
/// than they let go, those who hold the oldest read on from the newest.
pub const MAX_SNAPSHOTS: usize = 16;
/// Pages of one copy that are kept in writing.
const MAX_KEPT_PAGES: usize = 128;

/// The shared copy of the source, and each session's hold on the one that it reads.
pub struct BlogCache {
    source: Arc<dyn BlogSource>,
    clock: Arc<dyn Clock>,
    lifetime: Duration,
    upstream: Arc<Mutex<Upstream>>,
    pinned: Cache<SessionId, Pinned>,
}

/// What a source says, and the pages of it that were asked for, written once for all sessions
/// that read it.
struct BlogCopy {
    snapshot: Arc<Snapshot>,
    /// By when the source was read, too: a page says so.
    pages: Cache<(Arc<str>, PageRequest), Arc<RawValue>>,
    /// Whether too many newer snapshots exist for anyone to hold this one.
    retired: AtomicBool,
}

/// A copy, and when the source last said just this.
#[derive(Clone)]
struct FetchedBlogs {
    copy: Arc<BlogCopy>,
    /// As the API writes it: it is asked for in every request.
    fetched_at: Arc<str>,
}

/// A session's hold on a copy.
#[derive(Clone)]
struct Pinned {
    blogs: FetchedBlogs,
    since: Duration,
}

/// One request to the source, which everybody who needs it waits for.
type Flight = Shared<BoxFuture<'static, Result<FetchedBlogs, FetchFailed>>>;

/// The cause is in the log.
#[derive(Debug, Clone, Copy)]
struct FetchFailed;

#[derive(Default)]
struct Upstream {
    last_good: Option<FetchedBlogs>,
    /// Every copy that someone may hold, oldest first.
    snapshots: VecDeque<Weak<BlogCopy>>,
    last_attempt: Option<Attempt>,
    flight: Option<Flight>,
    succeeded: u64,
    failed: u64,
}

#[derive(Clone, Copy)]
struct Attempt {
    ended: Duration,
    failed: bool,
}

/// How often the source was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetches {
    /// Readings that brought posts.
    pub succeeded: u64,
    /// Those that did not.
    pub failed: u64,
}

/// The blogs as one session sees them.
pub struct View {
    /// The posts.
    pub snapshot: Arc<Snapshot>,
    /// How current they are.
    pub freshness: Freshness,
    /// The copy that the session holds; none while the source fails.
    held: Option<FetchedBlogs>,
}

impl View {
    /// Whether the source failed and there is no copy of it at all.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.freshness.fetched_at.is_none()
    }

    /// A page of the list.
    #[must_use]
    pub fn part(&self, request: &PageRequest) -> PagePart<BlogSummary> {
        self.snapshot.page(
            request.page,
            request.per_page,
            request.category.as_deref(),
            request.tag.as_deref(),
        )
    }

    /// A page of the list as JSON.
    ///
    /// # Errors
    /// When it can't be written as JSON.
    pub fn page(&self, request: &PageRequest) -> Result<Arc<RawValue>, serde_json::Error> {
        let write = || {
            let page = self.part(request);
            to_raw_value(&page.with_freshness(self.freshness.clone())).map(Arc::from)
        };
        match &self.held {
            Some(blogs) => blogs
                .copy
                .pages
                .get_or_insert_with(&(Arc::clone(&blogs.fetched_at), request.clone()), write),
            None => write(),
        }
    }

    /// A page of the posts that match a search. The first search of a copy reads all of its posts,
    /// which takes a moment on a large site: it happens where that stops no other request.
    ///
    /// # Errors
    /// When it panics, or the server is on its way down.
    pub async fn search(
        &self,
        query: &SearchQuery,
        per_page: u32,
    ) -> Result<SearchPage, JoinError> {
        let (snapshot, query) = (Arc::clone(&self.snapshot), query.clone());
        let search = move || snapshot.search(&query.text, query.page, per_page);
        let part = tokio::task::spawn_blocking(search).await?;
        Ok(part.with_freshness(self.freshness.clone()))
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

    /// The same cache with room for another number of sessions than [`MAX_SESSIONS`].
    #[must_use]
    pub fn with_max_sessions(self, sessions: u64) -> Self {
        Self {
            pinned: Cache::with_weighter(1024, sessions, UnitWeighter),
            ..self
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
        if let Some(pinned) = pinned.filter(|pinned| self.is_current(pinned)) {
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

    /// How often the source was read since the start.
    #[must_use]
    pub fn fetches(&self) -> Fetches {
        let upstream = self.upstream.lock();
        Fetches {
            succeeded: upstream.succeeded,
            failed: upstream.failed,
        }
    }

    /// The blogs for a page that is no session's answer: the copy that the visitor's session holds,
    /// if any, else a fresh one, which nobody then holds. Where there is an older copy, a source
    /// that takes longer than [`PEEK_TIMEOUT`] is not waited for.
    pub async fn peek(&self, session: Option<SessionId>) -> View {
        let pinned = session.and_then(|session| self.pinned.get(&session));
        if let Some(pinned) = pinned.filter(|pinned| self.is_current(pinned)) {
            return self.show(Some(&pinned.blogs), false);
        }
        let last_good = self.upstream.lock().last_good.clone();
        let fresh = self.fresh();
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

    /// Forgets a session, so that the copy that it held can go.
    pub fn forget(&self, session: SessionId) {
        self.pinned.remove(&session);
    }

    /// Lets go of the snapshots of sessions that have not come back in time: a copy dies when the
    /// last session lets go.
    pub fn evict_expired(&self) {
        self.pinned.retain(|_, pinned| self.is_current(pinned));
    }

    /// Sessions that hold a copy.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.pinned.len()
    }

    /// Copies with different content that are in memory.
    #[must_use]
    pub fn snapshots(&self) -> usize {
        let upstream = self.upstream.lock();
        upstream
            .snapshots
            .iter()
            .filter(|copy| copy.strong_count() > 0)
            .count()
    }

    /// Whether a session may go on reading what it holds.
    fn is_current(&self, pinned: &Pinned) -> bool {
        self.age(pinned.since) < self.lifetime && !pinned.blogs.copy.retired.load(Ordering::Relaxed)
    }

    fn show(&self, blogs: Option<&FetchedBlogs>, stale: bool) -> View {
        View {
            snapshot: blogs.map_or_else(
                || Arc::new(Snapshot::new(Vec::new())),
                |blogs| Arc::clone(&blogs.copy.snapshot),
            ),
            freshness: Freshness {
                fetched_at: blogs.map(|blogs| blogs.fetched_at.to_string()),
                stale,
                source: self.source.kind().to_owned(),
            },
            held: blogs.filter(|_| !stale).cloned(),
        }
    }

    /// Returns posts at most [`REFETCH_INTERVAL`] old. On timeout the caller gets [`FetchFailed`]; the
    /// fetch goes on.
    async fn fresh(&self) -> Result<FetchedBlogs, FetchFailed> {
        let flight = {
            let mut upstream = self.upstream.lock();
            match (&upstream.flight, upstream.last_attempt) {
                (Some(flight), _) => flight.clone(),
                (None, Some(attempt)) if self.age(attempt.ended) < REFETCH_INTERVAL => {
                    let last_good = upstream.last_good.clone().filter(|_| !attempt.failed);
                    return last_good.ok_or(FetchFailed);
                }
                _ => {
                    let flight = self.start_fetch();
                    upstream.flight = Some(flight.clone());
                    flight
                }
            }
        };
        tokio::time::timeout(FETCH_TIMEOUT, flight)
            .await
            .unwrap_or(Err(FetchFailed))
    }

    /// Starts a request to the source in a task of its own: whoever stops waiting for it stops
    /// nobody else. It goes by the id of the request that started it.
    fn start_fetch(&self) -> Flight {
        let source = Arc::clone(&self.source);
        let clock = Arc::clone(&self.clock);
        let upstream = Arc::clone(&self.upstream);
        let landing = tokio::spawn(in_current_request(async move {
            // A task inside the task, so that an adapter's panic is a failure like any other.
            let reading =
                in_current_request(async move { source.fetch().await.map(Snapshot::new) });
            let fetched = match tokio::spawn(reading).await {
                Ok(fetched) => fetched,
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
                    upstream.succeeded += 1;
                    let blogs = FetchedBlogs {
                        copy: upstream.keep(snapshot),
                        fetched_at: rfc3339(clock.now()).into(),
                    };
                    upstream.last_good = Some(blogs.clone());
                    Ok(blogs)
                }
                Err(cause) => {
                    upstream.failed += 1;
                    tracing::error!("API request failed: {}", Chain(&cause));
                    Err(FetchFailed)
                }
            }
        }));
        async move { landing.await.unwrap_or(Err(FetchFailed)) }
            .boxed()
            .shared()
    }

    fn age(&self, since: Duration) -> Duration {
        self.clock.uptime().saturating_sub(since)
    }
}

impl Upstream {
    /// The copy that sessions already hold when it says the same, so that memory holds it once;
    /// else a new one, for which the oldest may have to go.
    fn keep(&mut self, snapshot: Snapshot) -> Arc<BlogCopy> {
        let held = self.snapshots.iter().filter_map(Weak::upgrade);
        let mut readable = held.filter(|copy| !copy.retired.load(Ordering::Relaxed));
        if let Some(same) = readable.find(|copy| *copy.snapshot == snapshot) {
            return same;
        }
        let copy = Arc::new(BlogCopy {
            snapshot: Arc::new(snapshot),
            pages: Cache::new(MAX_KEPT_PAGES),
            retired: AtomicBool::new(false),
        });
        self.snapshots.retain(|copy| copy.strong_count() > 0);
        self.snapshots.push_back(Arc::downgrade(&copy));
        let surplus = self.snapshots.len().saturating_sub(MAX_SNAPSHOTS);
        for oldest in self
            .snapshots
            .iter()
            .take(surplus)
            .filter_map(Weak::upgrade)
        {
            oldest.retired.store(true, Ordering::Relaxed);
        }
        copy
    }
}
