//! A source over the network: readers don't wait for it once there is a copy, and the last copy is kept
//! across restarts.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::http::{HeaderMap, Method};
use flashblog::cache::{BlogCache, REFETCH_INTERVAL, Reader, SavedCopy};
use flashblog::clock::Clock;
use flashblog::content::post::Post;
use flashblog::session_id::SessionId;
use flashblog::sources::{self, BlogSource, Reading, SourceError, SourceOptions};
use parking_lot::Mutex;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::harness::{TestApp, posts};

const REFRESH: Duration = Duration::from_secs(60);

/// The answer of the source.
#[derive(Clone, Copy)]
enum Answer {
    Posts(usize),
    Unchanged,
    Down,
    Busy(Duration),
}

struct RemoteSource {
    answer: Mutex<Answer>,
    reads: AtomicUsize,
    /// Each reading needs a permit before it answers, so a test can make readings wait.
    gate: Semaphore,
    so_far: AtomicUsize,
}

impl RemoteSource {
    fn new(answer: Answer) -> Arc<Self> {
        Arc::new(Self {
            answer: Mutex::new(answer),
            reads: AtomicUsize::new(0),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            so_far: AtomicUsize::new(0),
        })
    }

    fn answer(&self, answer: Answer) {
        *self.answer.lock() = answer;
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl BlogSource for RemoteSource {
    fn kind(&self) -> &'static str {
        "wordpress"
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn posts_so_far(&self) -> Option<usize> {
        Some(self.so_far.load(Ordering::SeqCst)).filter(|posts| *posts > 0)
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let reading = self.refetch().await?;
        Ok(reading.unwrap_or_default().posts)
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        drop(self.gate.acquire().await);
        let problem = "the stub is down".to_owned();
        match *self.answer.lock() {
            Answer::Posts(count) => Ok(Some(Reading::from(posts(count)))),
            Answer::Unchanged => Ok(None),
            Answer::Down => Err(SourceError::Unreachable(problem)),
            Answer::Busy(retry_after) => Err(SourceError::Busy {
                problem,
                retry_after,
            }),
        }
    }
}

fn cache(source: &Arc<RemoteSource>, app: &TestApp) -> BlogCache {
    let source = Arc::clone(source) as Arc<dyn BlogSource>;
    let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
    BlogCache::new(source, clock, Duration::from_secs(3600)).with_refresh(REFRESH)
}

/// A session that begins now.
fn visitor(app: &TestApp) -> Reader {
    Reader {
        session: SessionId::random().expect("randomness"),
        since: app.clock.now().as_second(),
    }
}

/// Waits until this many fetches have ended.
async fn settle(cache: &BlogCache, fetches: u64) {
    while cache.fetches().succeeded + cache.fetches().failed < fetches {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn readers_do_not_wait_once_there_is_a_copy() {
    let app = TestApp::new().await;
    let source = RemoteSource::new(Answer::Posts(3));
    let cache = cache(&source, &app);
    assert_eq!(cache.view(visitor(&app)).await.snapshot.posts().len(), 3);

    app.clock.advance(REFRESH - Duration::from_secs(1));
    cache.view(visitor(&app)).await;
    assert_eq!(source.reads(), 1, "a young copy is not read again");

    source.answer(Answer::Posts(4));
    source.gate.forget_permits(usize::MAX);
    app.clock.advance(Duration::from_secs(1));
    let early = visitor(&app);
    for _ in 0..100 {
        let view = cache.view(early).await;
        assert_eq!(view.snapshot.posts().len(), 3);
        assert!(!view.stale);
    }
    source.gate.add_permits(1);
    settle(&cache, 2).await;
    assert_eq!(source.reads(), 2, "one reading serves all sessions");
    let view = cache.view(early).await;
    assert_eq!(view.snapshot.posts().len(), 4, "an old copy is not pinned");
}

#[tokio::test]
async fn a_failure_marks_the_copy_stale_and_the_source_is_asked_again() {
    let app = TestApp::new().await;
    let source = RemoteSource::new(Answer::Posts(3));
    let cache = cache(&source, &app);
    cache.view(visitor(&app)).await;
    source.answer(Answer::Down);
    app.clock.advance(REFRESH);
    cache.peek(None).await;
    settle(&cache, 2).await;
    let view = cache.peek(None).await;
    assert!(view.stale && view.snapshot.posts().len() == 3);

    source.answer(Answer::Posts(5));
    app.clock.advance(REFETCH_INTERVAL);
    assert!(cache.peek(None).await.stale, "a reader does not wait");
    settle(&cache, 3).await;
    let view = cache.peek(None).await;
    assert!(!view.stale && view.snapshot.posts().len() == 5);
}

#[tokio::test]
async fn a_source_that_asks_for_time_gets_it() {
    let app = TestApp::new().await;
    let source = RemoteSource::new(Answer::Busy(Duration::from_secs(120)));
    let cache = cache(&source, &app);
    assert!(cache.peek(None).await.is_missing());
    app.clock.advance(Duration::from_secs(119));
    assert!(cache.peek(None).await.is_missing());
    assert_eq!(source.reads(), 1);
    source.answer(Answer::Posts(1));
    app.clock.advance(Duration::from_secs(1));
    assert!(!cache.peek(None).await.is_missing());
}

#[tokio::test]
async fn an_unchanged_source_renews_the_copy() {
    let app = TestApp::new().await;
    let source = RemoteSource::new(Answer::Posts(3));
    let cache = cache(&source, &app);
    let first = cache.peek(None).await;
    source.answer(Answer::Unchanged);
    app.clock.advance(REFRESH);
    cache.peek(None).await;
    settle(&cache, 2).await;
    let second = cache.peek(None).await;
    assert!(Arc::ptr_eq(&first.snapshot, &second.snapshot));
    assert_ne!(first.fetched_at(), second.fetched_at());
}

const FILE: &str = "last-copy.json.gz";

/// A data directory with a copy of three posts of the source `one`.
async fn saved(app: &TestApp) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let source = RemoteSource::new(Answer::Posts(3));
    let copy = SavedCopy::new(folder.path(), "one".to_owned());
    let cache = cache(&source, app).with_saved_copy(copy);
    cache.peek(None).await;
    while !folder.path().join(FILE).exists() {
        tokio::task::yield_now().await;
    }
    folder
}

/// The cache after a restart, and its source, which is down.
fn restarted(app: &TestApp, folder: &Path, source: &str) -> (BlogCache, Arc<RemoteSource>) {
    let down = RemoteSource::new(Answer::Down);
    let copy = SavedCopy::new(folder, source.to_owned());
    (cache(&down, app).with_saved_copy(copy), down)
}

#[tokio::test]
async fn a_restart_while_the_source_is_down_shows_the_site_as_it_was() {
    let app = TestApp::new().await;
    let folder = saved(&app).await;
    let (cache, source) = restarted(&app, folder.path(), "one");
    source.gate.forget_permits(usize::MAX);
    let view = cache.view(visitor(&app)).await;
    assert_eq!(
        view.snapshot.posts(),
        posts(3),
        "at once, before the source has answered"
    );
    assert!(view.stale);
    assert_eq!(view.fetched_at().as_deref(), Some("2026-09-21T14:13:20Z"));
    assert_eq!(view.freshness().source, "wordpress");

    source.gate.add_permits(1);
    settle(&cache, 1).await;
    assert!(cache.peek(None).await.stale);
    source.answer(Answer::Posts(4));
    source.gate.add_permits(1);
    app.clock.advance(REFETCH_INTERVAL);
    cache.peek(None).await;
    settle(&cache, 2).await;
    let view = cache.peek(None).await;
    assert!(!view.stale && view.snapshot.posts().len() == 4);
}

#[tokio::test]
async fn a_damaged_or_foreign_copy_is_ignored() {
    let app = TestApp::new().await;
    let folder = saved(&app).await;
    let (other, _) = restarted(&app, folder.path(), "two");
    assert!(other.peek(None).await.is_missing(), "another source's copy");

    let path = folder.path().join(FILE);
    let whole = fs::read(&path).expect("reads");
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    for damaged in [
        &whole[..whole.len() - 9],
        &whole[..20],
        &[][..],
        b"no gzip",
        &flipped,
    ] {
        fs::write(&path, damaged).expect("writes");
        let (cache, _) = restarted(&app, folder.path(), "one");
        assert!(
            cache.peek(None).await.is_missing(),
            "{} bytes",
            damaged.len()
        );
    }
    fs::write(&path, &whole).expect("writes");
    let (cache, _) = restarted(&app, folder.path(), "one");
    assert!(!cache.peek(None).await.is_missing());
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_server_s_user_may_read_the_copy() {
    use std::os::unix::fs::PermissionsExt;

    let app = TestApp::new().await;
    let folder = saved(&app).await;
    let file = fs::metadata(folder.path().join(FILE)).expect("a file");
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn visitors_during_a_long_first_reading_see_its_progress() {
    let app = TestApp::new().await;
    let source = RemoteSource::new(Answer::Posts(3));
    source.gate.forget_permits(usize::MAX);
    let blogs = cache(&source, &app);
    tokio::time::pause();
    let came = Instant::now();
    assert!(blogs.peek(None).await.is_missing());
    assert_eq!(
        came.elapsed().as_secs(),
        20,
        "the first posts may come at any time"
    );
    tokio::time::resume();

    source.so_far.store(1_200, Ordering::SeqCst);
    let app = app.with_blogs(blogs);
    let page = app.get("/api/v1/blogs").await.json();
    let freshness = &page["data"]["freshness"];
    assert_eq!(freshness["posts_so_far"], json!(1_200));
    assert_eq!(freshness["stale"], json!(true));
    let flash = page["flash"][0]["message"].as_str().expect("a flash");
    assert!(flash.contains("1200 so far"), "{flash}");

    source.so_far.store(1_300, Ordering::SeqCst);
    let html = ("accept", "text/html");
    let home = app.browser().send(Method::GET, "/", &[html]).await.text();
    assert!(home.contains("1300 so far"), "{home}");
    assert!(!home.contains("There are no posts yet"), "{home}");

    source.gate.add_permits(1);
    settle(&app.app.blogs, 1).await;
    let home = app.browser().send(Method::GET, "/", &[html]).await.text();
    assert!(
        home.contains("Post 1") && !home.contains("so far"),
        "{home}"
    );
}

#[tokio::test]
async fn the_source_is_told_which_request_it_is_read_for() {
    let ids = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&ids);
    let upstream = Router::new().fallback(move |headers: HeaderMap| async move {
        seen.lock().push(headers["x-request-id"].clone());
        "[]"
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, upstream).await });
    let kind = format!("json:http://{address}/").parse().expect("a source");
    let options = SourceOptions {
        upstream_timeout: Duration::from_secs(60),
        ..SourceOptions::default()
    };
    let source = sources::open(&kind, &options).expect("opens");
    let app = TestApp::new().await;
    let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
    let app = app.with_blogs(BlogCache::new(source, clock, Duration::from_secs(3600)));
    let browser = app.browser();
    let id = ("x-request-id", "trace-7");
    browser.send(Method::GET, "/api/v1/blogs", &[id]).await;
    assert_eq!(*ids.lock(), ["trace-7"]);
}
