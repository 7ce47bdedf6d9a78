//! What a reader gets: posts, how current they are, and pages of them as JSON.

use std::sync::Arc;

use quick_cache::sync::Cache;
use serde_json::value::{RawValue, to_raw_value};
use shared::blog::{BlogPage, Freshness};
use shared::route::{BlogsQuery, SearchQuery};
use shared::search::SearchPage;
use tokio::task::JoinError;

use crate::content::snapshot::Snapshot;
use crate::sources::site_info::SiteInfo;

/// Pages of one copy that are kept as JSON.
const MAX_CACHED_PAGES: usize = 128;

/// A snapshot, and the pages of it that were asked for, as JSON for all sessions that read it.
pub(super) struct BlogCopy {
    pub(super) snapshot: Arc<Snapshot>,
    /// The key holds the time of reading too, since a page shows it.
    pages: Cache<(Arc<str>, BlogsQuery), Arc<RawValue>>,
}

impl BlogCopy {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        Self {
            snapshot: Arc::new(snapshot),
            pages: Cache::new(MAX_CACHED_PAGES),
        }
    }
}

/// A copy, and when the source last held just this.
#[derive(Clone)]
pub(super) struct FetchedBlogs {
    pub(super) copy: Arc<BlogCopy>,
    /// RFC 3339: every answer shows it, so it is formatted once.
    pub(super) fetched_at: Arc<str>,
    /// What the source says about the site itself.
    pub(super) site: Option<Arc<SiteInfo>>,
    /// The kind of source, as `freshness.source` shows it.
    pub(super) source: Arc<str>,
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
    /// Shows `blogs`, or an empty list of this kind of source where there are none.
    pub(super) fn new(blogs: Option<&FetchedBlogs>, stale: bool, source: &str) -> Self {
        Self {
            snapshot: blogs.map_or_else(
                || Arc::new(Snapshot::new(Vec::new())),
                |blogs| Arc::clone(&blogs.copy.snapshot),
            ),
            freshness: Freshness {
                fetched_at: blogs.map(|blogs| blogs.fetched_at.to_string()),
                stale,
                source: blogs.map_or(source, |blogs| &blogs.source).to_owned(),
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
    pub fn list(&self, query: &BlogsQuery) -> BlogPage {
        self.snapshot.page(query, self.freshness.clone())
    }

    /// A page of the list as JSON.
    ///
    /// # Errors
    /// When it can't be written as JSON.
    pub fn page(&self, query: &BlogsQuery) -> Result<Arc<RawValue>, serde_json::Error> {
        let write = || to_raw_value(&self.list(query)).map(Arc::from);
        match &self.cached_in {
            Some(blogs) => blogs
                .copy
                .pages
                .get_or_insert_with(&(Arc::clone(&blogs.fetched_at), query.clone()), write),
            None => write(),
        }
    }

    /// A page of the posts that match a search. The first search of a copy indexes all posts, which
    /// takes a moment on a large site, so it runs on the blocking threads.
    ///
    /// # Errors
    /// When the search panics, or the runtime shuts down.
    pub async fn search(&self, query: &SearchQuery) -> Result<SearchPage, JoinError> {
        let (snapshot, query) = (Arc::clone(&self.snapshot), query.clone());
        let freshness = self.freshness.clone();
        tokio::task::spawn_blocking(move || snapshot.search(&query, freshness)).await
    }
}
