//! The whole server under load, beside a bare route that sends the same bytes.
//!
//! Two processes with the same HTTP server, allocator and number of threads, loaded in turns by
//! one client over loopback.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::load::load;
use crate::row;
use crate::tokens::median;

/// The argument that makes this program the bare server. A file with the body follows, and the body's
/// encoding.
pub(crate) const BARE: &str = "--bare";

const LIST: &str = "/api/v1/blogs?page=2";
const ROUNDS: usize = 4;
const GOAL_RATE: f64 = 0.5;
const GOAL_P99: f64 = 2.0;

/// A request, and how often the bare route's processor time it may take.
pub(crate) struct Asked {
    pub(crate) path: &'static str,
    pub(crate) encodings: &'static str,
    goal: f64,
}

/// What readers, browsers and feed readers ask for.
pub(crate) const ASKED: [Asked; 9] = [
    asked("/healthz", "", 2.0),
    asked(LIST, "", 2.0),
    asked(LIST, BROWSER, 2.5),
    asked("/api/v1/blogs/a-session-is-a-signature", "", 2.0),
    asked("/api/v1/blogs/a-session-is-a-signature", BROWSER, 2.5),
    asked("/blogs", "", 2.0),
    asked("/blogs", BROWSER, 2.5),
    asked("/feed.xml", "", 2.0),
    asked("/feed.xml", BROWSER, 2.5),
];

const BROWSER: &str = "gzip, deflate, br";

const fn asked(path: &'static str, encodings: &'static str, goal: f64) -> Asked {
    Asked {
        path,
        encodings,
        goal,
    }
}

impl Asked {
    /// The request with a session's cookie.
    pub(crate) fn request(&self, cookie: &str) -> String {
        let Self {
            path, encodings, ..
        } = self;
        format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {encodings}\r\nCookie: {cookie}\r\n\r\n"
        )
    }

    pub(crate) fn name(&self) -> String {
        let encodings = match self.encodings {
            "" => "plain",
            _ => "as a browser asks",
        };
        format!("`GET {}`, {encodings}", self.path)
    }

    /// The answer once it comes in the encoding that is asked for: that is made beside the first
    /// answers.
    pub(crate) async fn settled(&self, address: &str, cookie: &str) -> anyhow::Result<Answer> {
        let request = self.request(cookie);
        for _ in 0..1_000 {
            let answer = ask(address, &request).await?;
            if self.encodings.is_empty() || answer.head.contains("content-encoding: br") {
                return Ok(answer);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("{} was never compressed", self.path)
    }
}

/// The bare server: one fixed answer to everything.
pub(crate) fn serve_bare() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(2);
    let body = Bytes::from(std::fs::read(arguments.next().context("a file")?)?);
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json);
    if let Some(encoding) = arguments.next() {
        headers.insert(header::CONTENT_ENCODING, encoding.parse()?);
    }
    tokio::runtime::Runtime::new()?.block_on(async {
        let routes = Router::new().fallback(async move || (headers.clone(), body.clone()));
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
    let data_dir = tempfile::tempdir()?;
    let server = Server::flashblog(data_dir.path(), "info")?;
    let runtime = tokio::runtime::Runtime::new()?;
    let first = runtime.block_on(exchange(&server.address, &request("")))?;
    let cookie = cookie_of(&first)?;
    for asked in &ASKED {
        compare(&runtime, &server, asked, cookie)?;
    }
    Ok(())
}

fn compare(
    runtime: &tokio::runtime::Runtime,
    server: &Server,
    asked: &Asked,
    cookie: &str,
) -> anyhow::Result<()> {
    let answer = runtime.block_on(asked.settled(&server.address, cookie))?;
    let requests = [asked.request(cookie)];
    let body = tempfile::NamedTempFile::new()?;
    std::fs::write(body.path(), &answer.body)?;
    let mut bare = Command::new(std::env::current_exe()?);
    bare.arg(BARE).arg(body.path());
    if answer.head.contains("content-encoding: br") {
        bare.arg("br");
    }
    let bare_server = Server::start(&mut bare)?;

    let (mut rates, mut p99s, mut times) = (Vec::new(), Vec::new(), Vec::new());
    let (mut own_times, mut bare_times) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let bare = runtime.block_on(load(&[&bare_server], &requests))?;
        let own = runtime.block_on(load(&[server], &requests))?;
        eprintln!(
            "{}, round {round}: bare {:.0}/s {:.1} µs, FlashBlog {:.0}/s {:.1} µs",
            asked.path,
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
    let name = asked.name();
    row(
        &format!(
            "Processor time of {name}, beside a bare axum route with the same {} bytes",
            answer.body.len()
        ),
        &format!("≤ {}×", asked.goal),
        &format!(
            "{time:.2}× ({:.1} µs beside {:.1} µs)",
            median(own_times),
            median(bare_times)
        ),
        time <= asked.goal,
    );
    row(
        "Its requests a second",
        &format!("≥ {GOAL_RATE}×"),
        &format!("{rate:.2}×"),
        rate >= GOAL_RATE,
    );
    row(
        "Its 99th percentile",
        &format!("≤ {GOAL_P99}×"),
        &format!("{p99:.2}×"),
        p99 <= GOAL_P99,
    );
    Ok(())
}

pub(crate) const FLASHBLOG: &str = env!("CARGO_BIN_EXE_flashblog");

/// The arguments of a server with the built-in posts and a small app.
pub(crate) fn arguments(data_dir: &Path, log: &str) -> anyhow::Result<Vec<String>> {
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/assets");
    let data_dir = data_dir.to_str().context("a path that is text")?;
    let fixed = ["--listen", "127.0.0.1:0", "--source", "embedded"];
    let own = ["--assets", assets, "--log", log, "--data-dir", data_dir];
    Ok(fixed.iter().chain(&own).map(ToString::to_string).collect())
}

/// A server in a process of its own, ended with this value.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// FlashBlog with its built-in posts.
    pub(crate) fn flashblog(data_dir: &Path, log: &str) -> anyhow::Result<Self> {
        Self::start(
            Command::new(FLASHBLOG)
                .env_clear()
                .args(arguments(data_dir, log)?),
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

pub(crate) fn request(headers: &str) -> String {
    format!("GET {LIST} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n{headers}\r\n")
}

/// A response as it came.
pub(crate) struct Answer {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// In bytes, head included.
    pub(crate) fn length(&self) -> usize {
        self.head.len() + 4 + self.body.len()
    }
}

/// One request on a connection of its own.
pub(crate) async fn ask(address: &str, request: &str) -> anyhow::Result<Answer> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    loop {
        ensure!(stream.read_buf(&mut response).await? > 0, "broken off");
        let Some(end) = response.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&response[..end]).into_owned();
        if response.len() - end - 4 >= content_length(&head)? {
            let body = response.split_off(end + 4);
            return Ok(Answer { head, body });
        }
    }
}

/// The same as text.
pub(crate) async fn exchange(address: &str, request: &str) -> anyhow::Result<String> {
    let Answer { head, body } = ask(address, request).await?;
    Ok(format!("{head}\r\n\r\n{}", String::from_utf8_lossy(&body)))
}

fn content_length(head: &str) -> anyhow::Result<usize> {
    header_of(head, "content-length")?
        .parse()
        .context("a length")
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
