//! How many answers the server still gives in time at twice the load that it can handle.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::client::{cookie_of, exchange, request};
use crate::process::Server;
use crate::row;

const GOAL: f64 = 0.8;
const ROUND: Duration = Duration::from_secs(4);
/// How many connections that are always busy measure the server's highest rate.
const SATURATING: usize = 32;
/// How many connections send at a fixed rate, however long the answers take.
const OPEN_LOOP: usize = 1024;
/// Answers that take longer don't count.
const DEADLINE: Duration = Duration::from_secs(1);

pub(crate) fn run() -> anyhow::Result<()> {
    eprintln!("twice the saturating load");
    let data_dir = tempfile::tempdir()?;
    let server = Server::flashblog(data_dir.path(), "warn")?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let first = exchange(&server.address, &request("")).await?;
        let request = request(&format!("Cookie: {}\r\n", cookie_of(&first)?));
        let peak = goodput(&server.address, &request, SATURATING, Duration::ZERO).await?;
        let interval = Duration::from_secs_f64(OPEN_LOOP as f64 / (2.0 * peak));
        let overloaded = goodput(&server.address, &request, OPEN_LOOP, interval).await?;
        let ratio = overloaded / peak;
        row(
            "Answers within a second at twice the load that saturates the server, beside the most that it can do",
            &format!("≥ {GOAL}"),
            &format!("{ratio:.3} ({overloaded:.0} beside {peak:.0} a second)"),
            ratio >= GOAL,
        );
        Ok(())
    })
}

/// The rate of 200 answers within the deadline, a second. On each connection a request is due every
/// `interval`; requests that become due while the connection waits for an answer are left out.
async fn goodput(
    address: &str,
    request: &str,
    connections: usize,
    interval: Duration,
) -> anyhow::Result<f64> {
    let length = exchange(address, request).await?.len();
    let (address, request) = (Arc::<str>::from(address), Arc::<str>::from(request));
    let begin = Instant::now() + Duration::from_millis(500);
    let end = begin + ROUND;
    let mut tasks = JoinSet::new();
    for number in 0..connections {
        let (address, request) = (Arc::clone(&address), Arc::clone(&request));
        let spread = interval.mul_f64(number as f64 / connections as f64);
        tasks.spawn(async move {
            let mut stream = TcpStream::connect(&*address).await?;
            stream.set_nodelay(true)?;
            let mut response = vec![0; length];
            let mut good = 0_usize;
            let mut due = begin + spread;
            while due < end {
                sleep_until(due).await;
                stream.write_all(request.as_bytes()).await?;
                stream.read_exact(&mut response).await?;
                let now = Instant::now();
                let in_time = now.saturating_duration_since(due) <= DEADLINE && now < end;
                good += usize::from(in_time && response.starts_with(b"HTTP/1.1 200 "));
                while due <= now && !interval.is_zero() {
                    due += interval;
                }
                due = due.max(now);
            }
            Ok::<_, std::io::Error>(good)
        });
    }
    let mut good = 0;
    for task in tasks.join_all().await {
        good += task?;
    }
    Ok(good as f64 / ROUND.as_secs_f64())
}
