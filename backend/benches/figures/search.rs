//! Search over a large site: 10,000 posts of 400 words, and queries as readers type them.
//!
//! Both are made up from a seed. Words come as often as they do in natural text (Zipf's law: the
//! r-th most common word is r times rarer than the first); the common ones are those of the built-in
//! posts, the rare ones are syllables.

use std::collections::HashMap;
use std::fmt::Write;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;
use flashblog::content::post::Post;
use flashblog::content::search::SearchIndex;
use flashblog::content::snapshot::Snapshot;
use flashblog::sources::BlogSource;
use flashblog::sources::embedded::EmbeddedSource;
use flashblog::sources::folder::FolderSource;
use shared::blog::Freshness;
use shared::route::SearchQuery;

use crate::http::{Server, cookie_of, exchange};
use crate::memory::resident_bytes;
use crate::{row, row_without_goal};

const POSTS: usize = 10_000;
const WORDS_A_POST: usize = 400;
const VOCABULARY: usize = 50_000;
const QUERIES: usize = 2_000;
/// The best time of so many is a query's, so that neighbours on the machine disturb less.
const ATTEMPTS: usize = 3;
const GOAL: Duration = Duration::from_millis(5);

pub(crate) fn run() -> anyhow::Result<()> {
    eprintln!("search over {POSTS} posts");
    let runtime = tokio::runtime::Runtime::new()?;
    let mut site = MadeUp::new(&runtime.block_on(EmbeddedSource::new().fetch())?);
    let folder = tempfile::tempdir()?;
    for number in 0..POSTS {
        std::fs::write(
            folder.path().join(format!("post-{number}.md")),
            site.post(number)?,
        )?;
    }
    let queries = site.queries();
    let posts = runtime.block_on(FolderSource::new(folder.path().to_owned()).fetch())?;
    anyhow::ensure!(posts.len() == POSTS, "{} posts", posts.len());
    measure_index(&posts, &queries)?;
    runtime.block_on(measure_api(folder.path(), &queries))
}

fn measure_index(posts: &[Post], queries: &[String]) -> anyhow::Result<()> {
    let before = resident_bytes(std::process::id())?;
    let started = Instant::now();
    let index = SearchIndex::new(posts);
    let (took, bytes) = (
        started.elapsed(),
        resident_bytes(std::process::id())?.saturating_sub(before),
    );
    row_without_goal(
        &format!("Building the search index of {POSTS} posts of {WORDS_A_POST} words"),
        &format!(
            "{} ms, {:.1} MiB",
            took.as_millis(),
            bytes as f64 / 1_048_576.0
        ),
    );
    drop(index);

    let snapshot = Snapshot::new(posts.to_vec());
    let freshness = Freshness {
        fetched_at: None,
        stale: false,
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
    report("A search in the index, highlights included", times)
}

/// The same queries over loopback, one at a time, by one session.
async fn measure_api(folder: &std::path::Path, queries: &[String]) -> anyhow::Result<()> {
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
        let mut best = Duration::MAX;
        for _ in 0..ATTEMPTS {
            let started = Instant::now();
            let answer = exchange(&server.address, &request).await?;
            best = best.min(started.elapsed());
            let is_ok = answer.starts_with("HTTP/1.1 200 OK\r\n");
            anyhow::ensure!(is_ok, "{query}: {answer}");
        }
        times.push(best);
    }
    report(
        "`GET /api/v1/search` over loopback, connecting included",
        times,
    )
}

fn request(query: &str, headers: &str) -> String {
    let path = SearchQuery::new(query).api_path();
    format!("GET {path} HTTP/1.1\r\nHost: blog.test\r\nAccept: application/json\r\n{headers}\r\n")
}

fn report(figure: &str, mut times: Vec<Duration>) -> anyhow::Result<()> {
    times.sort_unstable();
    let percentile = |part: usize| times.get(times.len() * part / 100).copied();
    let (p50, p99) = (
        percentile(50).context("p50")?,
        percentile(99).context("p99")?,
    );
    let (p50_ms, p99_ms) = (p50.as_secs_f64() * 1e3, p99.as_secs_f64() * 1e3);
    row(
        &format!(
            "{figure}: 99th percentile of {QUERIES} queries over {POSTS} posts, the best of {ATTEMPTS} attempts at each"
        ),
        &format!("< {} ms", GOAL.as_millis()),
        &format!("{p99_ms:.2} ms (median {p50_ms:.2} ms)"),
        p99 < GOAL,
    );
    Ok(())
}

/// A site that a seed makes.
struct MadeUp {
    vocabulary: Vec<String>,
    /// SplitMix64's state: any sequence will do that is the same in every run.
    state: u64,
}

impl MadeUp {
    fn new(posts: &[Post]) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for post in posts {
            let words = post.content_text.split(|c: char| !c.is_alphanumeric());
            for word in words.filter(|word| !word.is_empty()) {
                *counts.entry(word).or_default() += 1;
            }
        }
        let mut common: Vec<(&str, usize)> = counts.into_iter().collect();
        common.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let mut site = Self {
            vocabulary: common.iter().map(|(word, _)| (*word).to_owned()).collect(),
            state: 2_026,
        };
        while site.vocabulary.len() < VOCABULARY {
            let word = site.rare_word();
            site.vocabulary.push(word);
        }
        site
    }

    fn random(&mut self, below: usize) -> usize {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) as usize % below
    }

    fn rare_word(&mut self) -> String {
        const ONSETS: &[u8] = b"bcdfghjklmnprstvw";
        const VOWELS: &[u8] = b"aeiou";
        let mut word = String::new();
        for _ in 0..2 + self.random(3) {
            word.push(char::from(ONSETS[self.random(ONSETS.len())]));
            word.push(char::from(VOWELS[self.random(VOWELS.len())]));
        }
        word
    }

    /// A word, common ones more often: the logarithm of its rank is evenly spread.
    fn word(&mut self) -> String {
        let part = self.random(1 << 20) as f64 / f64::from(1 << 20);
        let rank = (self.vocabulary.len() as f64).powf(part) as usize;
        self.vocabulary[rank.saturating_sub(1)].clone()
    }

    fn sentence(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| self.word()).collect();
        words.join(" ")
    }

    fn post(&mut self, number: usize) -> anyhow::Result<String> {
        let title_words = 4 + self.random(5);
        let mut post = format!(
            "---\ntitle: \"{}\"\nsummary: \"{}\"\ndate: 2026-01-{:02}\n---\n",
            self.sentence(title_words),
            self.sentence(20),
            1 + number % 28
        );
        for _ in 0..WORDS_A_POST / 50 {
            write!(post, "{}.\n\n", self.sentence(50))?;
        }
        Ok(post)
    }

    /// Words that are still being typed, whole ones, several, mistyped ones, and nonsense.
    fn queries(&mut self) -> Vec<String> {
        (0..QUERIES)
            .map(|_| match self.random(20) {
                0..8 => {
                    let word = self.word();
                    let length = 1 + self.random(word.chars().count());
                    word.chars().take(length).collect()
                }
                8..12 => self.word(),
                12..17 => {
                    let words = 2 + self.random(2);
                    self.sentence(words)
                }
                17..19 => {
                    let mut letters: Vec<char> = self.word().chars().collect();
                    let at = self.random(letters.len());
                    letters.remove(at);
                    letters.push('e');
                    letters.into_iter().collect()
                }
                _ => format!("{}qx", self.rare_word()),
            })
            .collect()
    }
}
