//! Many sessions that read the blogs at the same time while the cache is empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use flashblog::cache::{BlogCache, Reader};
use flashblog::clock::SystemClock;
use flashblog::content::post::Post;
use flashblog::session_id::SessionId;
use flashblog::sources::embedded::EmbeddedSource;
use flashblog::sources::{BlogSource, SourceError};

use crate::row;

const SESSIONS: usize = 500;
/// How long the upstream takes to answer.
const UPSTREAM: Duration = Duration::from_millis(100);

/// A slow upstream that counts its requests.
struct SlowSource {
    posts: EmbeddedSource,
    requests: AtomicUsize,
}

#[async_trait]
impl BlogSource for SlowSource {
    fn kind(&self) -> &'static str {
        self.posts.kind()
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(UPSTREAM).await;
        self.posts.fetch().await
    }
}

pub(crate) fn run() -> anyhow::Result<()> {
    eprintln!("{SESSIONS} cold sessions");
    let (requests, alone) = cold(1)?;
    anyhow::ensure!(requests == 1, "one session, {requests} requests");
    let (requests, together) = cold(SESSIONS)?;
    row(
        &format!("{SESSIONS} cold sessions at once"),
        "1 upstream request",
        &format!(
            "{requests}; all answered after {} ms, one alone after {} ms (the upstream takes {} ms)",
            together.as_millis(),
            alone.as_millis(),
            UPSTREAM.as_millis()
        ),
        requests == 1,
    );
    Ok(())
}

/// The number of upstream requests, and the time until the last session has its blogs.
fn cold(sessions: usize) -> anyhow::Result<(usize, Duration)> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let source = Arc::new(SlowSource {
            posts: EmbeddedSource::new(),
            requests: AtomicUsize::new(0),
        });
        let cache = Arc::new(BlogCache::new(
            Arc::clone(&source) as Arc<dyn BlogSource>,
            Arc::new(SystemClock::start()),
            Duration::from_secs(3_600),
        ));
        let started = Instant::now();
        let mut waiting = tokio::task::JoinSet::new();
        for _ in 0..sessions {
            let reader = Reader {
                session: SessionId::random()?,
                since: jiff::Timestamp::now().as_second(),
            };
            let cache = Arc::clone(&cache);
            waiting.spawn(async move { cache.view(reader).await });
        }
        for view in waiting.join_all().await {
            anyhow::ensure!(!view.snapshot.posts().is_empty(), "a session got no blogs");
        }
        Ok((source.requests.load(Ordering::SeqCst), started.elapsed()))
    })
}
