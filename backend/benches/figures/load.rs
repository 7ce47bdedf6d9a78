//! Loads servers with busy connections, and measures the time that they take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::ask;
use crate::process::Server;

pub(crate) const CONNECTIONS: usize = 32;
const ROUND: Duration = Duration::from_millis(1_500);
const WARM_UP: Duration = Duration::from_millis(300);

pub(crate) struct Measured {
    pub(crate) per_second: f64,
    pub(crate) p99: Duration,
    /// The processor time of all servers together, for each request.
    pub(crate) cpu_microseconds: f64,
    /// The number of requests, including those of the warm-up.
    pub(crate) requests: usize,
}

/// Keeps [`CONNECTIONS`] connections busy for a [`ROUND`], one request at a time on each. Connections
/// take servers and requests in turn.
pub(crate) async fn load(servers: &[&Server], requests: &[String]) -> anyhow::Result<Measured> {
    let cpu = || -> anyhow::Result<f64> {
        let times = servers.iter().map(|server| with_children(server.process()));
        times.sum()
    };
    let cpu_before = cpu()?;
    let begin = Instant::now() + WARM_UP;
    let end = begin + ROUND;
    let mut connections = tokio::task::JoinSet::new();
    for number in 0..CONNECTIONS {
        let address = Arc::<str>::from(&*servers[number % servers.len()].address);
        let request = Arc::<str>::from(&*requests[number % requests.len()]);
        connections.spawn(keep_busy(address, request, begin, end));
    }
    let (mut times, mut requests) = (Vec::new(), 0);
    for connection in connections.join_all().await {
        let (its_times, its_requests) = connection?;
        times.extend(its_times);
        requests += its_requests;
    }
    let cpu = cpu()? - cpu_before;
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).context("no requests")?;
    Ok(Measured {
        per_second: times.len() as f64 / ROUND.as_secs_f64(),
        p99: *p99,
        cpu_microseconds: cpu / requests as f64,
        requests,
    })
}

/// Sends requests on one connection until `end`. Returns how long the answers since `begin` took, and the
/// number of all requests.
async fn keep_busy(
    address: Arc<str>,
    request: Arc<str>,
    begin: Instant,
    end: Instant,
) -> anyhow::Result<(Vec<Duration>, usize)> {
    let length = ask(&address, &request).await?.length();
    let mut stream = TcpStream::connect(&*address).await?;
    stream.set_nodelay(true)?;
    let mut response = vec![0; length];
    let mut times = Vec::with_capacity(16_384);
    let mut requests = 0;
    loop {
        let sent = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        stream.read_exact(&mut response).await?;
        let now = Instant::now();
        // This also fails when a response's length differs: the next one then starts elsewhere.
        ensure!(response.starts_with(b"HTTP/1.1 200 OK\r\n"), "not a 200");
        requests += 1;
        if now >= end {
            return Ok((times, requests));
        }
        if now >= begin {
            times.push(now - sent);
        }
    }
}

/// The processor time of a process and its children.
fn with_children(process: u32) -> anyhow::Result<f64> {
    let children = format!("/proc/{process}/task/{process}/children");
    let children = std::fs::read_to_string(children).unwrap_or_default();
    let mut all = cpu_microseconds(process)?;
    for child in children.split_ascii_whitespace() {
        all += cpu_microseconds(child.parse()?)?;
    }
    Ok(all)
}

/// The processor time that a process has used so far: fields 14 and 15 of `/proc/PID/stat`, in
/// hundredths of a second.
pub(crate) fn cpu_microseconds(process: u32) -> anyhow::Result<f64> {
    let fields = stat(process)?;
    let ticks: f64 = fields[11..13]
        .iter()
        .map(|field| field.parse::<f64>())
        .sum::<Result<_, _>>()?;
    Ok(ticks * 10_000.0)
}

/// The fields of `/proc/PID/stat` after the name, from the third on.
pub(crate) fn stat(process: u32) -> anyhow::Result<Vec<String>> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, after_name) = stat.rsplit_once(") ").context("a name")?;
    Ok(after_name.split(' ').map(ToOwned::to_owned).collect())
}
