//! A reader's view of the blogs: the posts, and how current they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use shared::blog::BlogPage;
use shared::page::Freshness;
use shared::route::{BlogsQuery, SearchQuery};
use shared::search::SearchPage;
use tokio::task::JoinError;

use crate::content::snapshot::Snapshot;
use crate::sources::site_info::SiteInfo;

/// The number of the next copy.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

/// A snapshot that sessions share.
pub(super) struct BlogCopy {
    pub(super) snapshot: Arc<Snapshot>,
    /// Unique in this process. Never 0.
    number: u64,
}

impl BlogCopy {
    pub(super) fn new(snapshot: Snapshot) -> Self {
        Self {
            snapshot: Arc::new(snapshot),
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
        }
    }
}

/// A copy, and when the source was last read with just this content.
#[derive(Clone)]
pub(super) struct FetchedBlogs {
    pub(super) copy: Arc<BlogCopy>,
    /// RFC 3339: every answer shows it, so it is formatted once.
    pub(super) fetched_at: Arc<str>,
    /// The site's name, texts and pages from the source.
    pub(super) site: Option<Arc<SiteInfo>>,
    /// The kind of source, as `freshness.source` shows it.
    pub(super) source: Arc<str>,
}

impl FetchedBlogs {
    /// Whether the posts or the source's facts about the site differ from `before`.
    pub(super) fn is_new_after(&self, before: Option<&Self>) -> bool {
        before
            .is_none_or(|before| !Arc::ptr_eq(&before.copy, &self.copy) || before.site != self.site)
    }
}

/// The blogs for a reader, as they are now.
pub(super) struct Current {
    /// The newest copy there is.
    pub(super) blogs: Option<FetchedBlogs>,
    /// Whether the source failed when it was last read.
    pub(super) stale: bool,
    /// While there is no copy: how many posts were read so far.
    pub(super) posts_so_far: Option<usize>,
}

/// The blogs as one session sees them.
pub struct View {
    /// The posts.
    pub snapshot: Arc<Snapshot>,
    /// Whether the source failed, so that they may be out of date.
    pub stale: bool,
    /// While there is no copy: how many posts were read so far.
    pub posts_so_far: Option<u32>,
    source: &'static str,
    blogs: Option<FetchedBlogs>,
}

impl View {
    /// Shows the blogs, or an empty list of this kind of source without any.
    pub(super) fn new(current: Current, source: &'static str) -> Self {
        let blogs = current.blogs;
        Self {
            snapshot: blogs.as_ref().map_or_else(
                || Arc::new(Snapshot::new(Vec::new())),
                |blogs| Arc::clone(&blogs.copy.snapshot),
            ),
            stale: current.stale,
            posts_so_far: current.posts_so_far.map(|posts| posts as u32),
            source,
            blogs,
        }
    }

    /// How current the posts are.
    #[must_use]
    pub fn freshness(&self) -> Freshness {
        let blogs = self.blogs.as_ref();
        Freshness {
            fetched_at: blogs.map(|blogs| blogs.fetched_at.to_string()),
            stale: self.stale,
            posts_so_far: self.posts_so_far,
            source: blogs.map_or(self.source, |blogs| &blogs.source).to_owned(),
        }
    }

    /// The number of the copy; 0 without one.
    pub fn number(&self) -> u64 {
        self.blogs.as_ref().map_or(0, |blogs| blogs.copy.number)
    }

    /// The state that a list shows: when the source was last read with just this content, or how far its
    /// first reading is.
    pub fn moment(&self) -> Option<Arc<str>> {
        let so_far = self.posts_so_far;
        let so_far = so_far.map(|posts| format!("{posts} posts so far").into());
        self.fetched_at().or(so_far)
    }

    /// When the source was last read with just this content (RFC 3339).
    pub fn fetched_at(&self) -> Option<Arc<str>> {
        let blogs = self.blogs.as_ref()?;
        Some(Arc::clone(&blogs.fetched_at))
    }

    /// Whether the source failed and there is no copy of it at all.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.blogs.is_none()
    }

    /// A page of the list.
    #[must_use]
    pub fn list(&self, query: &BlogsQuery) -> BlogPage {
        self.snapshot.page(query, self.freshness())
    }

    /// A page of the posts that match a search. The first search of a copy indexes all posts, which
    /// takes a moment on a large site, so it runs on the blocking threads.
    ///
    /// # Errors
    /// When the search panics, or the runtime shuts down.
    pub async fn search(&self, query: &SearchQuery) -> Result<SearchPage, JoinError> {
        let (snapshot, query) = (Arc::clone(&self.snapshot), query.clone());
        let freshness = self.freshness();
        tokio::task::spawn_blocking(move || snapshot.search(&query, freshness)).await
    }
}
