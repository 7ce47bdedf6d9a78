//! The whole server under load, beside a bare route that returns a body of the same size.
//!
//! Two processes with the same HTTP server, allocator and number of threads, loaded in turns by
//! one client over loopback.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::tokens::median;
use crate::{row, row_without_goal};

/// The argument that makes this program the bare server; the body's size in bytes follows.
pub(crate) const BARE: &str = "--bare";

const PATH: &str = "/api/v1/blogs?page=2";
const CONNECTIONS: usize = 32;
const ROUNDS: usize = 8;
const ROUND: Duration = Duration::from_secs(2);
const WARM_UP: Duration = Duration::from_millis(500);
const GOAL_RATE: f64 = 0.85;
const GOAL_P99: f64 = 2.0;

/// The bare server: one route, one fixed body.
pub(crate) fn serve_bare() -> anyhow::Result<()> {
    let size = std::env::args().nth(2).context("a size")?.parse()?;
    let body = Bytes::from(vec![b'x'; size]);
    tokio::runtime::Runtime::new()?.block_on(async {
        let json = [(header::CONTENT_TYPE, "application/json")];
        let routes = Router::new().route("/api/v1/blogs", get(async move || (json, body.clone())));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        writeln!(
            std::io::stdout(),
            "listening on http://{}",
            listener.local_addr()?
        )?;
        axum::serve(listener, routes).await?;
        Ok(())
    })
}

pub(crate) fn run() -> anyhow::Result<()> {
    for (log, name) in [
        ("info", "as started by default"),
        ("warn", "with `--log warn`"),
    ] {
        let data_dir = tempfile::tempdir()?;
        let server = Server::flashblog(data_dir.path(), log)?;
        compare(&server, name)?;
    }
    Ok(())
}

fn compare(server: &Server, name: &str) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let first = runtime.block_on(exchange(&server.address, &request("")))?;
    let cookie = cookie_of(&first)?;
    let ours = request(&format!("Cookie: {cookie}\r\n"));
    let response = runtime.block_on(exchange(&server.address, &ours))?;
    let size = body_size(&response)?;
    let bare_server =
        Server::start(Command::new(std::env::current_exe()?).args([BARE, &size.to_string()]))?;

    let (mut rates, mut p99s, mut ours_per_second, mut bare_per_second) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut ours_cpu, mut bare_cpu) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let bare = runtime.block_on(load(&bare_server, &ours))?;
        let own = runtime.block_on(load(server, &ours))?;
        ours_cpu.push(own.cpu_microseconds);
        bare_cpu.push(bare.cpu_microseconds);
        eprintln!(
            "round {round}: bare {:.0}/s p99 {:?}, FlashBlog {:.0}/s p99 {:?}",
            bare.per_second, bare.p99, own.per_second, own.p99
        );
        rates.push(own.per_second / bare.per_second);
        p99s.push(own.p99.as_secs_f64() / bare.p99.as_secs_f64());
        ours_per_second.push(own.per_second);
        bare_per_second.push(bare.per_second);
    }
    let (rate, p99) = (median(rates), median(p99s));
    row(
        &format!(
            "Requests a second of `GET {PATH}` with a session, {name}, beside a bare axum route with the same {size} bytes"
        ),
        &format!("≥ {GOAL_RATE}"),
        &format!(
            "{rate:.3} ({:.0} beside {:.0} a second)",
            median(ours_per_second),
            median(bare_per_second)
        ),
        rate >= GOAL_RATE,
    );
    row(
        &format!("Its 99th percentile, {name}"),
        &format!("≤ {GOAL_P99}×"),
        &format!("{p99:.2}×"),
        p99 <= GOAL_P99,
    );
    let (own, bare) = (median(ours_cpu), median(bare_cpu));
    row_without_goal(
        &format!(
            "Processor time of the server for each, {name}, which neighbours on the machine disturb less"
        ),
        &format!("{own:.0} µs beside {bare:.0} µs"),
    );
    Ok(())
}

/// A server in a process of its own, ended with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// FlashBlog with its built-in posts.
    pub(crate) fn flashblog(data_dir: &Path, log: &str) -> anyhow::Result<Self> {
        let fixed = ["--listen", "127.0.0.1:0", "--source", "embedded", "--log"];
        Self::start(
            Command::new(env!("CARGO_BIN_EXE_flashblog"))
                .env_clear()
                .args(fixed)
                .arg(log)
                .arg("--data-dir")
                .arg(data_dir),
        )
    }

    /// The operating system's number for it.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("piped")?).read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("listening on http://");
        let address = address.context("no address")?.to_owned();
        Ok(Self { child, address })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing to do about a process that has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// The processor time that the server has used so far, in microseconds: fields 14 and 15 of
    /// `/proc/PID/stat`, in hundredths of a second.
    fn cpu_microseconds(&self) -> anyhow::Result<f64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, after_name) = stat.rsplit_once(") ").context("a name")?;
        let ticks: f64 = after_name
            .split(' ')
            .skip(11)
            .take(2)
            .map(str::parse::<f64>)
            .sum::<Result<_, _>>()?;
        Ok(ticks * 10_000.0)
    }
}

struct Measured {
    per_second: f64,
    p99: Duration,
    cpu_microseconds: f64,
}

/// Keeps [`CONNECTIONS`] connections busy for a [`ROUND`], one request at a time on each.
async fn load(server: &Server, request: &str) -> anyhow::Result<Measured> {
    let length = exchange(&server.address, request).await?.len();
    let (address, request) = (
        Arc::<str>::from(&*server.address),
        Arc::<str>::from(request),
    );
    let cpu_before = server.cpu_microseconds()?;
    let begin = Instant::now() + WARM_UP;
    let end = begin + ROUND;
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (address, request) = (Arc::clone(&address), Arc::clone(&request));
        connections.spawn(async move {
            let mut stream = TcpStream::connect(&*address).await?;
            stream.set_nodelay(true)?;
            let mut response = vec![0; length];
            let mut times = Vec::with_capacity(16_384);
            let mut requests = 0_usize;
            loop {
                let sent = Instant::now();
                stream.write_all(request.as_bytes()).await?;
                stream.read_exact(&mut response).await?;
                let now = Instant::now();
                // Each response has the same length, or the next one does not start with this.
                ensure!(response.starts_with(b"HTTP/1.1 200 OK\r\n"), "not a 200");
                requests += 1;
                if now >= end {
                    return Ok((times, requests));
                }
                if now >= begin {
                    times.push(now - sent);
                }
            }
        });
    }
    let (mut times, mut requests) = (Vec::new(), 0);
    for connection in connections.join_all().await {
        let (its_times, its_requests) = connection?;
        times.extend(its_times);
        requests += its_requests;
    }
    let cpu = server.cpu_microseconds()? - cpu_before;
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).context("no requests")?;
    Ok(Measured {
        per_second: times.len() as f64 / ROUND.as_secs_f64(),
        p99: *p99,
        cpu_microseconds: cpu / requests as f64,
    })
}

pub(crate) fn request(headers: &str) -> String {
    format!("GET {PATH} HTTP/1.1\r\nHost: blog.test\r\nAccept: application/json\r\n{headers}\r\n")
}

/// One request on a connection of its own; the response as it came.
pub(crate) async fn exchange(address: &str, request: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    loop {
        ensure!(stream.read_buf(&mut response).await? > 0, "broken off");
        let text = String::from_utf8_lossy(&response);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)?
        {
            return Ok(text.into_owned());
        }
    }
}

fn content_length(head: &str) -> anyhow::Result<usize> {
    header_of(head, "content-length")?
        .parse()
        .context("a length")
}

fn body_size(response: &str) -> anyhow::Result<usize> {
    let (_, body) = response.split_once("\r\n\r\n").context("a body")?;
    Ok(body.len())
}

pub(crate) fn cookie_of(response: &str) -> anyhow::Result<&str> {
    let cookie = header_of(response, "set-cookie")?;
    cookie.split(';').next().context("a pair")
}

fn header_of<'a>(head: &'a str, name: &str) -> anyhow::Result<&'a str> {
    for line in head.lines() {
        if let Some((key, value)) = line.split_once(": ")
            && key.eq_ignore_ascii_case(name)
        {
            return Ok(value);
        }
    }
    bail!("no {name}")
}
