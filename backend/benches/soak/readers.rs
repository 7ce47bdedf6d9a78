//! Readers, which send requests at a fixed rate and measure the answers.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

const READERS: u32 = 20;
const INTERVAL: Duration = Duration::from_millis(100);
/// An answer that takes longer counts as a failure.
const DEADLINE: Duration = Duration::from_secs(5);
const PATHS: [&str; 4] = [
    "/api/v1/blogs",
    "/healthz",
    "/feed.xml",
    "/api/v1/search?q=session",
];

/// The results of all readers.
pub(crate) struct Seen {
    pub(crate) p99: Duration,
    pub(crate) answered: usize,
    pub(crate) failed: usize,
    /// The first failure of one of the readers.
    pub(crate) failure: Option<String>,
}

/// The results of one reader.
#[derive(Default)]
struct Visit {
    times: Vec<Duration>,
    failed: usize,
    failure: Option<String>,
}

/// Runs readers until `end`.
pub(crate) async fn read(address: &str, end: Instant) -> anyhow::Result<Seen> {
    let mut readers = JoinSet::new();
    for number in 0..READERS {
        let address = address.to_owned();
        let first = Instant::now() + INTERVAL * number / READERS;
        readers.spawn(reader(address, first, end));
    }
    let visits = readers.join_all().await;
    let mut times: Vec<Duration> = visits
        .iter()
        .flat_map(|visit| &visit.times)
        .copied()
        .collect();
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).copied();
    Ok(Seen {
        p99: p99.unwrap_or(DEADLINE),
        answered: times.len(),
        failed: visits.iter().map(|visit| visit.failed).sum(),
        failure: visits.into_iter().find_map(|visit| visit.failure),
    })
}

/// Sends requests one at a time on one connection, and on a new one after each failure.
async fn reader(address: String, mut due: Instant, end: Instant) -> Visit {
    let (mut visit, mut turn) = (Visit::default(), 0);
    let mut connection = None;
    while due < end {
        sleep_until(due).await;
        let begun = Instant::now();
        turn += 1;
        let path = PATHS[turn % PATHS.len()];
        let asking = timeout(DEADLINE, ask(&address, &mut connection, path)).await;
        let asked = asking.unwrap_or_else(|_| bail!("no answer within {DEADLINE:?}"));
        match asked {
            Ok(()) => visit.times.push(begun.elapsed()),
            Err(error) => {
                visit.failed += 1;
                let failure = || format!("GET {path}: {error:#}");
                visit.failure.get_or_insert_with(failure);
                connection = None;
            }
        }
        while due <= Instant::now() {
            due += INTERVAL;
        }
    }
    visit
}

async fn ask(address: &str, connection: &mut Option<TcpStream>, path: &str) -> anyhow::Result<()> {
    let stream = match connection {
        Some(stream) => stream,
        None => connection.insert(TcpStream::connect(address).await?),
    };
    stream.set_nodelay(true)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    loop {
        ensure!(stream.read_buf(&mut answer).await? > 0, "broken off");
        let text = String::from_utf8_lossy(&answer);
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        ensure!(
            head.starts_with("HTTP/1.1 200 "),
            "{}",
            head.lines().next().unwrap_or_default()
        );
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.context("a length")?.parse()?;
        if answer.len() >= head.len() + 4 + length {
            return Ok(());
        }
    }
}
