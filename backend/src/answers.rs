//! Answers that are the same for all readers of a snapshot: lists, posts, search results, pages, feeds.
//! Each is written once and kept as finished bytes. Cookies and flashes are never in them.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::response::Response;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter, sync::DefaultLifecycle};
use shared::route::{BlogsQuery, Route, SearchQuery};
use tokio::sync::Semaphore;

use crate::cache::View;
use crate::http::answer::Answer;
use crate::http::conditional::Preconditions;
use crate::http::encoding::Encoding;

/// The memory of an answer beside its bytes: headers, key, entry of the cache.
const OVERHEAD_BYTES: u64 = 2048;
/// The size that an answer is expected to have.
const TYPICAL_BYTES: u64 = 16 * 1024;
/// Each shard holds its part of the bytes. A larger answer is not kept.
const SHARDS: usize = 4;
/// Answers that are compressed at once. The work is not urgent.
const COMPRESSIONS: usize = 2;

/// What an answer is an answer to.
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
    /// The API's words about the site.
    Site,
    /// The API's page of the site's own with this slug.
    OwnPage(String),
    /// A page of the site.
    Page {
        /// Which page.
        route: Route,
        /// The number of the shell that it stands in.
        shell: u64,
        /// The day from which it counts ages, in days since 1970.
        today: i32,
    },
    /// A page of a feed.
    Feed(FeedFormat, u32),
    /// A sitemap, or the index of them where the number is none.
    Sitemap(Option<u32>),
    /// A document that no source changes.
    Document(&'static str),
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

/// What an answer is kept under.
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
    /// An answer about the posts of a view.
    pub fn of_posts(view: &View, wanted: Wanted) -> Self {
        Self {
            snapshot: view.number(),
            is_stale: view.stale,
            profile: 0,
            fetched_at: None,
            wanted,
        }
    }

    /// The same of an answer that says how current it is.
    pub fn of_list(view: &View, wanted: Wanted) -> Self {
        Self {
            fetched_at: view.moment(),
            ..Self::of_posts(view, wanted)
        }
    }

    /// An answer that depends on no posts.
    pub fn of_site(wanted: Wanted) -> Self {
        Self {
            snapshot: 0,
            is_stale: false,
            profile: 0,
            fetched_at: None,
            wanted,
        }
    }

    /// The same of an answer that shows the site's menu or pages.
    #[must_use]
    pub fn with_profile(self, profile: u64) -> Self {
        Self { profile, ..self }
    }
}

/// An answer with its weight when it was inserted. The cache needs the same weight at removal.
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

/// All kept answers. Beyond the bound the least used are removed.
#[derive(Clone)]
pub struct Answers {
    by_key: Arc<ByKey>,
    written: Arc<AtomicU64>,
    compressing: Arc<Semaphore>,
}

impl Answers {
    /// Keeps at most this many bytes.
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
            // Only a missing capacity fails.
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

    /// How many answers were written since the start. The others were kept ones.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
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

    /// The same for an answer that is written at once and can't fail.
    pub async fn get_document(&self, key: Key, write: impl FnOnce() -> Answer) -> KeptAnswer {
        let written = async { Ok::<_, Infallible>(write()) };
        let Ok(answer) = self.get(key, written).await;
        answer
    }
}

/// An answer that is kept, or was until just now.
#[derive(Clone)]
pub struct KeptAnswer {
    answers: Answers,
    key: Key,
    answer: Arc<Answer>,
}

impl KeptAnswer {
    /// The part of its bytes that its writer marked, without an encoding.
    pub fn part(&self) -> &[u8] {
        self.answer.part()
    }

    /// Answers a request. A missing encoding is made in the background for later requests.
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
            // Its weight has changed. `true`: an answer that was removed meanwhile stays removed.
            let _ = answers.by_key.replace(key, Weighed::new(answer), true);
        });
    }
}
