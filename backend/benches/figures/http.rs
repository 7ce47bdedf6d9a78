//! Compares the whole server under load with a bare route that sends the same bytes in the same encoding.
//!
//! They are two processes with the same HTTP library, allocator and number of threads. One client loads
//! them in turn over loopback.

use std::time::Duration;

use anyhow::bail;

use crate::client::{Answer, LIST, ask, cookie_of, exchange, request};
use crate::load::load;
use crate::process::Server;
use crate::row;
use crate::tokens::median;

const ROUNDS: usize = 3;
const GOAL_RATE: f64 = 0.5;
const GOAL_P99: f64 = 2.0;

/// A request, and how many times the bare route's processor time it may take.
pub(crate) struct Asked {
    pub(crate) path: &'static str,
    encodings: &'static str,
    goal: f64,
}

pub(crate) const POST: &str = "/api/v1/blogs/a-session-is-a-signature";
const SEARCH: &str = "/api/v1/search?q=session";
const ASSET: &str = "/app-0123456789abcdef.js";

/// Requests of programs, browsers and feed readers.
pub(crate) const ASKED: [Asked; 13] = [
    plain("/healthz"),
    plain(LIST),
    browser(LIST),
    plain(POST),
    browser(POST),
    plain("/blogs"),
    browser("/blogs"),
    plain("/feed.xml"),
    browser("/feed.xml"),
    plain(SEARCH),
    browser(SEARCH),
    plain(ASSET),
    browser(ASSET),
];

const fn plain(path: &'static str) -> Asked {
    Asked {
        path,
        encodings: "",
        goal: 2.0,
    }
}

const fn browser(path: &'static str) -> Asked {
    Asked {
        path,
        encodings: "Accept-Encoding: gzip, deflate, br\r\n",
        goal: 2.5,
    }
}

impl Asked {
    /// The request with a session's cookie.
    pub(crate) fn request(&self, cookie: &str) -> String {
        let Self {
            path, encodings, ..
        } = self;
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{encodings}Cookie: {cookie}\r\n\r\n")
    }

    pub(crate) fn name(&self) -> String {
        let encodings = match self.encodings {
            "" => "plain",
            _ => "as a browser asks",
        };
        format!("`GET {}`, {encodings}", self.path)
    }

    /// The answer, once it has the encoding that the request accepts: the server compresses in the
    /// background and sends its first answers uncompressed.
    pub(crate) async fn settled(&self, address: &str, cookie: &str) -> anyhow::Result<Answer> {
        let request = self.request(cookie);
        for _ in 0..1_000 {
            let answer = ask(address, &request).await?;
            if self.encodings.is_empty() || answer.is_encoded("br") {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("{} was never compressed", self.path)
    }
}

pub(crate) fn run() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    for log in ["info", "warn"] {
        let data_dir = tempfile::tempdir()?;
        let server = Server::flashblog(data_dir.path(), log)?;
        let first = runtime.block_on(exchange(&server.address, &request("")))?;
        let cookie = cookie_of(&first)?;
        // The time that a request's log line takes is the same for every address: all are measured with
        // `info`, two without these lines.
        let asked = if log == "info" { &ASKED } else { &ASKED[..2] };
        for asked in asked {
            compare(&runtime, &server, asked, cookie, log)?;
        }
    }
    Ok(())
}

fn compare(
    runtime: &tokio::runtime::Runtime,
    server: &Server,
    asked: &Asked,
    cookie: &str,
    log: &str,
) -> anyhow::Result<()> {
    let answer = runtime.block_on(asked.settled(&server.address, cookie))?;
    let requests = [asked.request(cookie)];
    let body = tempfile::NamedTempFile::new()?;
    let bare_server = Server::bare(&answer, body.path())?;

    let (mut rates, mut p99s, mut times) = (Vec::new(), Vec::new(), Vec::new());
    let (mut own_times, mut bare_times) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let bare = runtime.block_on(load(&[&bare_server], &requests))?;
        let own = runtime.block_on(load(&[server], &requests))?;
        eprintln!(
            "{}, --log {log}, round {round}: bare {:.0}/s {:.1} µs, FlashBlog {:.0}/s {:.1} µs",
            asked.name(),
            bare.per_second,
            bare.cpu_microseconds,
            own.per_second,
            own.cpu_microseconds
        );
        times.push(own.cpu_microseconds / bare.cpu_microseconds);
        own_times.push(own.cpu_microseconds);
        bare_times.push(bare.cpu_microseconds);
        rates.push(own.per_second / bare.per_second);
        p99s.push(own.p99.as_secs_f64() / bare.p99.as_secs_f64());
    }
    let (time, rate, p99) = (median(times), median(rates), median(p99s));
    row(
        &format!(
            "{}, `--log {log}`, {} bytes: processor time, requests a second and 99th percentile beside a bare axum route",
            asked.name(),
            answer.body.len()
        ),
        &format!("≤ {}×, ≥ {GOAL_RATE}×, ≤ {GOAL_P99}×", asked.goal),
        &format!(
            "{time:.2}× ({:.1} µs beside {:.1} µs), {rate:.2}×, {p99:.2}×",
            median(own_times),
            median(bare_times)
        ),
        time <= asked.goal && rate >= GOAL_RATE && p99 <= GOAL_P99,
    );
    Ok(())
}
