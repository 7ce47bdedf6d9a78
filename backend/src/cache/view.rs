//! What a reader gets: posts, how current they are, and pages of them as JSON.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use quick_cache::sync::Cache;
use serde_json::value::{RawValue, to_raw_value};
use shared::blog::{BlogSummary, Freshness};
use shared::route::SearchQuery;
use shared::search::SearchPage;
use tokio::task::JoinError;

use crate::content::snapshot::{PagePart, Snapshot};

/// Pages of one copy that are kept as JSON.
const MAX_CACHED_PAGES: usize = 128;

/// Which part of the list a reader asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest {
    /// From 1; the list brings it into range.
    pub page: u32,
    /// From 1 to [`shared::blog::MAX_PER_PAGE`].
    pub per_page: u32,
    /// Only this category, if any.
    pub category: Option<String>,
    /// Only posts with this tag, if any.
    pub tag: Option<String>,
}

/// A snapshot, and the pages of it that were asked for, as JSON for all sessions that read it.
pub(super) struct BlogCopy {
    pub(super) snapshot: Arc<Snapshot>,
    /// The key holds the time of reading too, since a page shows it.
    pages: Cache<(Arc<str>, PageRequest), Arc<RawValue>>,
    /// Set when [`super::MAX_SNAPSHOTS`] newer snapshots exist: no session may hold this one.
    pub(super) retired: AtomicBool,
}

impl BlogCopy {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        Self {
            snapshot: Arc::new(snapshot),
            pages: Cache::new(MAX_CACHED_PAGES),
            retired: AtomicBool::new(false),
        }
    }
}

/// A copy, and when the source last held just this.
#[derive(Clone)]
pub(super) struct FetchedBlogs {
    pub(super) copy: Arc<BlogCopy>,
    /// RFC 3339: every answer shows it, so it is formatted once.
    pub(super) fetched_at: Arc<str>,
}

/// The blogs as one session sees them.
pub struct View {
    /// The posts.
    pub snapshot: Arc<Snapshot>,
    /// How current they are.
    pub freshness: Freshness,
    /// Where pages are cached; `None` for stale views, whose pages are not.
    cached_in: Option<FetchedBlogs>,
}

impl View {
    /// Shows `blogs`, or an empty list where there are none.
    pub(super) fn new(blogs: Option<&FetchedBlogs>, stale: bool, source: &str) -> Self {
        Self {
            snapshot: blogs.map_or_else(
                || Arc::new(Snapshot::new(Vec::new())),
                |blogs| Arc::clone(&blogs.copy.snapshot),
            ),
            freshness: Freshness {
                fetched_at: blogs.map(|blogs| blogs.fetched_at.to_string()),
                stale,
                source: source.to_owned(),
            },
            cached_in: blogs.filter(|_| !stale).cloned(),
        }
    }

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
        match &self.cached_in {
            Some(blogs) => blogs
                .copy
                .pages
                .get_or_insert_with(&(Arc::clone(&blogs.fetched_at), request.clone()), write),
            None => write(),
        }
    }

    /// A page of the posts that match a search. The first search of a copy indexes all posts, which
    /// takes a moment on a large site, so it runs on the blocking threads.
    ///
    /// # Errors
    /// When the search panics, or the runtime shuts down.
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
