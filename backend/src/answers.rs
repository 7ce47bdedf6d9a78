//! The cache of answers that are the same for many readers: lists, posts, search results, pages, feeds,
//! files of the app. Each is written once and kept as bytes, without cookies and flashes.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use axum::response::Response;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter, sync::DefaultLifecycle};
use shared::route::{BlogsQuery, Route, SearchQuery};
use tokio::sync::Semaphore;

use crate::cache::View;
use crate::http::answer::Answer;
use crate::http::conditional::Preconditions;
use crate::http::encoding::Encoding;

/// The memory that an answer takes in addition to its bytes: headers, key, entry of the cache.
const OVERHEAD_BYTES: u64 = 2048;
/// The expected size of an answer, for the cache's first allocation.
const TYPICAL_BYTES: u64 = 16 * 1024;
/// The cache's shards. Each holds an equal part of the bytes; a larger answer is not kept.
const SHARDS: usize = 4;
/// The most answers that are compressed at the same time. The work is not urgent.
const COMPRESSIONS: usize = 2;

/// The content that an answer has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// The API's page of the list.
    List(BlogsQuery),
    /// The API's post with this id.
    Blog(String),
    /// The API's categories.
    Categories,
    /// The API's page of search results.
    Search(SearchQuery),
    /// The API's description of the site.
    Site,
    /// The API's page of the site's own with this slug.
    OwnPage(String),
    /// A page of the site.
    Page {
        /// Which page.
        route: Route,
        /// The number of the shell that contains the page.
        shell: u64,
        /// The day that ages are relative to, in days since 1970.
        today: i32,
    },
    /// A page of a feed.
    Feed(FeedFormat, u32),
    /// The sitemap with this number, or the index of sitemaps for `None`.
    Sitemap(Option<u32>),
    /// A document that does not depend on the source.
    Document(&'static str),
    /// A file of the built app.
    File {
        /// Its path in the app's folder.
        name: Arc<str>,
        /// Changes when the file is replaced.
        version: FileVersion,
    },
}

/// The version of a file. It changes when the file is written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileVersion {
    /// When the file was written, if that is known.
    pub modified: Option<SystemTime>,
    /// In bytes.
    pub length: u64,
}

/// The formats of feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedFormat {
    /// RSS 2.0.
    Rss,
    /// RFC 4287.
    Atom,
    /// JSON Feed 1.1.
    Json,
}

/// The key of an answer in the cache: everything that the answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The snapshot's number; 0 for answers that depend on none.
    snapshot: u64,
    is_stale: bool,
    /// The number of the site's profile; 0 for answers that don't show it.
    profile: u64,
    /// Only for answers that say when the snapshot was fetched.
    fetched_at: Option<Arc<str>>,
    wanted: Wanted,
}

impl Key {
    /// The key of an answer that shows a view's posts.
    pub fn of_posts(view: &View, wanted: Wanted) -> Self {
        Self {
            snapshot: view.number(),
            is_stale: view.stale,
            profile: 0,
            fetched_at: None,
            wanted,
        }
    }

    /// The key of an answer that shows a view's posts and says when they were fetched.
    pub fn of_list(view: &View, wanted: Wanted) -> Self {
        Self {
            fetched_at: view.moment(),
            ..Self::of_posts(view, wanted)
        }
    }

    /// The key of an answer that depends on no posts.
    pub fn of_site(wanted: Wanted) -> Self {
        Self {
            snapshot: 0,
            is_stale: false,
            profile: 0,
            fetched_at: None,
            wanted,
        }
    }

    /// The same key, for an answer that shows the site's menu or pages.
    #[must_use]
    pub fn with_profile(self, profile: u64) -> Self {
        Self { profile, ..self }
    }
}

/// An answer with the weight that it had when it was inserted: the cache needs the same weight at removal.
#[derive(Clone)]
struct Weighed {
    answer: Arc<Answer>,
    weight: u64,
}

impl Weighed {
    fn new(answer: Arc<Answer>) -> Self {
        Self {
            weight: answer.weight() + OVERHEAD_BYTES,
            answer,
        }
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Weighed> for ByBytes {
    fn weight(&self, _: &Key, weighed: &Weighed) -> u64 {
        weighed.weight
    }
}

type ByKey = Cache<Key, Weighed, ByBytes>;

/// The cache of answers. When it is full, the least used ones are removed.
#[derive(Clone)]
pub struct Answers {
    by_key: Arc<ByKey>,
    written: Arc<AtomicU64>,
    compressing: Arc<Semaphore>,
}

impl Answers {
    /// An empty cache for at most this many bytes.
    pub fn new(bytes: u64) -> Self {
        let mut options = OptionsBuilder::new();
        options
            .shards(SHARDS)
            .estimated_items_capacity((bytes / TYPICAL_BYTES) as usize)
            .weight_capacity(bytes);
        let by_key = match options.build() {
            Ok(options) => Cache::with_options(
                options,
                ByBytes,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            // Not reachable: building fails only without capacities.
            Err(_) => Cache::with_weighter(1024, bytes, ByBytes),
        };
        Self {
            by_key: Arc::new(by_key),
            written: Arc::default(),
            compressing: Arc::new(Semaphore::new(COMPRESSIONS)),
        }
    }

    /// The bytes of all kept answers.
    pub fn bytes(&self) -> u64 {
        self.by_key.weight()
    }

    /// How many answers were written since the start, not counting those that came from the cache.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Whether an answer of this many bytes would be kept together with two encodings, which are smaller.
    pub fn has_room_for(&self, bytes: u64) -> bool {
        bytes.saturating_mul(3) <= self.by_key.shard_capacity()
    }

    /// Whether an answer is kept.
    pub fn has(&self, key: &Key) -> bool {
        self.by_key.contains_key(key)
    }

    /// The kept answer, or the one that `write` makes. Only one request writes; the others wait for it.
    ///
    /// # Errors
    /// Those of `write`.
    pub async fn get<E>(
        &self,
        key: Key,
        write: impl Future<Output = Result<Answer, E>>,
    ) -> Result<KeptAnswer, E> {
        if let Some(weighed) = self.by_key.get(&key) {
            return Ok(self.kept(key, weighed));
        }
        let write = async {
            let answer = write.await?;
            self.written.fetch_add(1, Ordering::Relaxed);
            Ok(Weighed::new(Arc::new(answer)))
        };
        let weighed = self.by_key.get_or_insert_async(&key, write).await?;
        Ok(self.kept(key, weighed))
    }

    fn kept(&self, key: Key, weighed: Weighed) -> KeptAnswer {
        KeptAnswer {
            answers: self.clone(),
            key,
            answer: weighed.answer,
        }
    }

    /// Like [`Answers::get`], for an answer whose writing neither waits nor fails.
    pub async fn get_document(&self, key: Key, write: impl FnOnce() -> Answer) -> KeptAnswer {
        let written = async { Ok::<_, Infallible>(write()) };
        let Ok(answer) = self.get(key, written).await;
        answer
    }
}

/// An answer of the cache. It stays usable when the cache removes it.
#[derive(Clone)]
pub struct KeptAnswer {
    answers: Answers,
    key: Key,
    answer: Arc<Answer>,
}

impl KeptAnswer {
    /// The part of its uncompressed bytes that its writer marked.
    pub fn part(&self) -> &[u8] {
        self.answer.part()
    }

    /// The response to a request. When the wanted encoding is missing, it is made in the background for
    /// later requests.
    pub fn respond(&self, preconditions: &Preconditions) -> Response {
        let (response, missing) = self.answer.respond(preconditions);
        if let Some(encoding) = missing {
            self.compress(encoding);
        }
        response
    }

    fn compress(&self, encoding: Encoding) {
        let Ok(permit) = Arc::clone(&self.answers.compressing).try_acquire_owned() else {
            return;
        };
        if !self.answer.claim(encoding) {
            return;
        }
        let Self {
            answers,
            key,
            answer,
        } = self.clone();
        tokio::task::spawn_blocking(move || {
            answer.pack(encoding);
            drop(permit);
            // Updates the weight. With `true`, an answer that was removed meanwhile stays removed.
            let _ = answers.by_key.replace(key, Weighed::new(answer), true);
        });
    }
}
