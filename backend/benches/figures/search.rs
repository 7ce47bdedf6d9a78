//! Search in the built-in posts, and in large sites of 10,000 posts of 400 words in English and in
//! Chinese, with queries as readers type them.

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;
use flashblog::content::post::Post;
use flashblog::content::search::SearchIndex;
use flashblog::content::snapshot::Snapshot;
use flashblog::sources::BlogSource;
use flashblog::sources::embedded::EmbeddedSource;
use flashblog::sources::folder::FolderSource;
use shared::page::Freshness;
use shared::route::SearchQuery;

use crate::client::{cookie_of, exchange};
use crate::made_up::{MadeUp, WORDS_A_POST};
use crate::process::{Server, resident_bytes};
use crate::{row, row_without_goal};

const POSTS: usize = 10_000;
const QUERIES: usize = 2_000;
/// How often each query runs. Its shortest time counts, so that other load on the machine disturbs
/// less.
const ATTEMPTS: usize = 3;
const GOAL: Duration = Duration::from_millis(1);
const GOAL_BUILT_IN: Duration = Duration::from_micros(150);
const GOAL_API: Duration = Duration::from_millis(5);

pub(crate) fn run() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let built_in = runtime.block_on(EmbeddedSource::new().fetch())?;
    let mut english = runtime.block_on(MadeUp::latin())?;
    let queries = english.queries(QUERIES);
    let times = search(built_in, &queries);
    report(
        "A search in the index",
        "the 28 built-in posts",
        times,
        GOAL_BUILT_IN,
    )?;
    for (language, mut site) in [("English", english), ("Chinese", MadeUp::chinese())] {
        eprintln!("search over {POSTS} posts in {language}");
        let folder = tempfile::tempdir()?;
        site.write(folder.path(), POSTS)?;
        let queries = site.queries(QUERIES);
        let posts = runtime.block_on(FolderSource::new(folder.path().to_owned()).fetch())?;
        anyhow::ensure!(posts.len() == POSTS, "{} posts", posts.len());
        let over = format!("{POSTS} posts of {WORDS_A_POST} words in {language}");
        measure_index(&posts, &over)?;
        let times = search(posts, &queries);
        report(
            "A search in the index, highlights included",
            &over,
            times,
            GOAL,
        )?;
        let times = runtime.block_on(search_api(folder.path(), &queries))?;
        report(
            "`GET /api/v1/search` over loopback, connecting included",
            &over,
            times,
            GOAL_API,
        )?;
    }
    Ok(())
}

fn measure_index(posts: &[Post], over: &str) -> anyhow::Result<()> {
    let before = resident_bytes(std::process::id())?;
    let started = Instant::now();
    let index = SearchIndex::new(posts);
    let (took, bytes) = (
        started.elapsed(),
        resident_bytes(std::process::id())?.saturating_sub(before),
    );
    row_without_goal(
        &format!("Building the search index of {over}"),
        &format!(
            "{} ms, {:.1} MiB",
            took.as_millis(),
            bytes as f64 / 1_048_576.0
        ),
    );
    drop(index);
    Ok(())
}

fn search(posts: Vec<Post>, queries: &[String]) -> Vec<Duration> {
    let snapshot = Snapshot::new(posts);
    let freshness = Freshness {
        fetched_at: None,
        stale: false,
        posts_so_far: None,
        source: "folder".to_owned(),
    };
    let search = |query: &str| {
        let query = SearchQuery::new(black_box(query));
        black_box(snapshot.search(&query, freshness.clone()))
    };
    search("first");
    let mut times = Vec::with_capacity(queries.len());
    for query in queries {
        let mut best = Duration::MAX;
        for _ in 0..ATTEMPTS {
            let started = Instant::now();
            search(query);
            best = best.min(started.elapsed());
        }
        times.push(best);
    }
    times
}

/// Times the queries over loopback, one at a time, in one session. Each is sent once, since a second
/// answer would come from the cache.
async fn search_api(folder: &Path, queries: &[String]) -> anyhow::Result<Vec<Duration>> {
    let data_dir = tempfile::tempdir()?;
    let server = Server::start(
        Command::new(env!("CARGO_BIN_EXE_flashblog"))
            .env_clear()
            .args(["--listen", "127.0.0.1:0", "--log", "warn", "--source"])
            .arg(folder)
            .arg("--data-dir")
            .arg(data_dir.path()),
    )?;
    let first = exchange(&server.address, &request("first", "")).await?;
    let cookie = format!("Cookie: {}\r\n", cookie_of(&first)?);
    let mut times = Vec::with_capacity(queries.len());
    for query in queries {
        let request = request(query, &cookie);
        let started = Instant::now();
        let answer = exchange(&server.address, &request).await?;
        times.push(started.elapsed());
        let is_ok = answer.starts_with("HTTP/1.1 200 OK\r\n");
        anyhow::ensure!(is_ok, "{query}: {answer}");
    }
    Ok(times)
}

fn request(query: &str, headers: &str) -> String {
    let path = SearchQuery::new(query).api_path();
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n{headers}\r\n")
}

fn report(
    figure: &str,
    over: &str,
    mut times: Vec<Duration>,
    goal: Duration,
) -> anyhow::Result<()> {
    times.sort_unstable();
    let percentile = |part: usize| times.get(times.len() * part / 100).copied();
    let (p50, p99) = (
        percentile(50).context("p50")?,
        percentile(99).context("p99")?,
    );
    row(
        &format!("{figure}: 99th percentile of {QUERIES} queries over {over}"),
        &format!("≤ {goal:?}"),
        &format!("{p99:.1?} (median {p50:.1?})"),
        p99 <= goal,
    );
    Ok(())
}
