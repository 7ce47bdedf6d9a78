//! How the start, the memory and the time of each kind of answer grow with the number of posts. Each
//! answer is measured when it is written and when it comes from the cache.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{ask, cookie_of, exchange};
use crate::made_up::MadeUp;
use crate::process::{FLASHBLOG, Server, resident_bytes};
use crate::row_without_goal;

const SIZES: [usize; 3] = [28, 1_000, 10_000];
/// How often each answer is asked for again.
const LATER_ANSWERS: usize = 51;
const PATHS: [&str; 5] = [
    "/api/v1/blogs?page=2",
    "/api/v1/blogs/post-7",
    "/api/v1/search?q=session",
    "/feed.xml",
    "/sitemap.xml",
];

struct Grown {
    start: Duration,
    megabytes: f64,
    /// For each path, the time of the first answer and the median of the later ones.
    answers: Vec<(Duration, Duration)>,
}

pub(crate) fn run() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let mut grown = Vec::new();
    for posts in SIZES {
        eprintln!("growth: {posts} posts");
        let folder = tempfile::tempdir()?;
        runtime
            .block_on(MadeUp::latin())?
            .write(folder.path(), posts)?;
        grown.push(runtime.block_on(measure(folder.path()))?);
    }
    let all = |figure: &dyn Fn(&Grown) -> String| {
        let figures: Vec<String> = grown.iter().map(figure).collect();
        figures.join(" · ")
    };
    row_without_goal(
        "Start until the first list, at 28 · 1,000 · 10,000 posts of 400 words in a folder",
        &all(&|grown| format!("{} ms", grown.start.as_millis())),
    );
    row_without_goal(
        "Memory after these answers",
        &all(&|grown| format!("{:.0} MB", grown.megabytes)),
    );
    for (index, path) in PATHS.iter().enumerate() {
        row_without_goal(
            &format!("`GET {path}`, the first answer and a later one"),
            &all(&|grown| {
                let (first, later) = grown.answers[index];
                format!(
                    "{:.2}, {:.2} ms",
                    first.as_secs_f64() * 1e3,
                    later.as_secs_f64() * 1e3
                )
            }),
        );
    }
    Ok(())
}

async fn measure(folder: &Path) -> anyhow::Result<Grown> {
    let data_dir = tempfile::tempdir()?;
    let started = Instant::now();
    let server = Server::start(
        Command::new(FLASHBLOG)
            .env_clear()
            .args(["--listen", "127.0.0.1:0", "--log", "warn", "--source"])
            .arg(folder)
            .arg("--data-dir")
            .arg(data_dir.path()),
    )?;
    let list = "GET /api/v1/blogs HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let first = exchange(&server.address, list).await?;
    let start = started.elapsed();
    let cookie = cookie_of(&first)?;
    let mut answers = Vec::new();
    for path in PATHS {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
        let asked = Instant::now();
        let answer = ask(&server.address, &request).await?;
        let first = asked.elapsed();
        ensure!(
            answer.head.starts_with("HTTP/1.1 200 "),
            "{path}: {}",
            answer.head
        );
        let mut stream = TcpStream::connect(&server.address).await?;
        let mut response = vec![0; answer.length()];
        let mut times = Vec::with_capacity(LATER_ANSWERS);
        for _ in 0..LATER_ANSWERS {
            let asked = Instant::now();
            stream.write_all(request.as_bytes()).await?;
            stream.read_exact(&mut response).await?;
            times.push(asked.elapsed());
        }
        times.sort_unstable();
        answers.push((first, times[LATER_ANSWERS / 2]));
    }
    Ok(Grown {
        start,
        megabytes: resident_bytes(server.process())? as f64 / 1e6,
        answers,
    })
}
