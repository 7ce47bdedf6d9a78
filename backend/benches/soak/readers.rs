//! Readers, who ask at an even pace and are timed.

use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

const READERS: u32 = 20;
const INTERVAL: Duration = Duration::from_millis(100);
/// A later answer is a failure.
const DEADLINE: Duration = Duration::from_secs(5);
const PATHS: [&str; 4] = [
    "/api/v1/blogs",
    "/healthz",
    "/feed.xml",
    "/api/v1/search?q=session",
];

/// What the readers saw.
pub(crate) struct Seen {
    pub(crate) p99: Duration,
    pub(crate) answered: usize,
    pub(crate) failed: usize,
}

/// Reads until `end`.
pub(crate) async fn read(address: &str, end: Instant) -> anyhow::Result<Seen> {
    let mut readers = JoinSet::new();
    for number in 0..READERS {
        let address = address.to_owned();
        let first = Instant::now() + INTERVAL * number / READERS;
        readers.spawn(reader(address, first, end));
    }
    let (mut times, mut failed) = (Vec::new(), 0);
    for (its_times, its_failures) in readers.join_all().await {
        times.extend(its_times);
        failed += its_failures;
    }
    times.sort_unstable();
    Ok(Seen {
        p99: times
            .get(times.len() * 99 / 100)
            .copied()
            .unwrap_or(DEADLINE),
        answered: times.len(),
        failed,
    })
}

/// One request after another on one connection; a new connection after a failure.
async fn reader(address: String, mut due: Instant, end: Instant) -> (Vec<Duration>, usize) {
    let (mut times, mut failed, mut turn) = (Vec::new(), 0, 0);
    let mut connection = None;
    while due < end {
        sleep_until(due).await;
        let begun = Instant::now();
        turn += 1;
        let asking = ask(&address, &mut connection, PATHS[turn % PATHS.len()]);
        match timeout(DEADLINE, asking).await {
            Ok(Ok(())) => times.push(begun.elapsed()),
            _ => {
                failed += 1;
                connection = None;
            }
        }
        while due <= Instant::now() {
            due += INTERVAL;
        }
    }
    (times, failed)
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
        ensure!(head.starts_with("HTTP/1.1 200 "), "not a 200");
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.context("a length")?.parse()?;
        if answer.len() >= head.len() + 4 + length {
            return Ok(());
        }
    }
}
