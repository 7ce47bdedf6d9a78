//! A soak: readers beside slow, broken and hostile clients, for ten minutes or the number of seconds
//! in the first argument. `cargo xtask bench` writes its table to `docs/benchmarks.md`.

mod hostile;
mod readers;
mod server;

use std::time::Duration;

use anyhow::Context;
use tokio::time::{Instant, sleep, sleep_until};

use crate::hostile::Crowd;
use crate::server::Server;

const DEFAULT_SECONDS: u64 = 600;
/// The part of the time in which readers are alone.
const QUIET_PART: u32 = 5;
/// The server closes connections that wait for 10 s, and those that it was still reading after 30 s.
const SETTLING: Duration = Duration::from_secs(35);
/// Memory may grow by so much between a quarter of the time and its end, in 10^6 bytes.
const GOAL_GROWTH: f64 = 10.0;
/// How much slower than alone readers may be.
const GOAL_P99: f64 = 3.0;

fn main() -> anyhow::Result<()> {
    // cargo adds `--bench`.
    let seconds = std::env::args().skip(1).find_map(|text| text.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(DEFAULT_SECONDS));
    tokio::runtime::Runtime::new()?.block_on(soak(time))
}

async fn soak(time: Duration) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::start(folder.path())?;
    // Everything that is made once is made before anything is counted.
    readers::read(&server.address, Instant::now() + time / 20).await?;
    sleep(Duration::from_secs(11)).await;
    let files_before = server.open_files()?;

    eprintln!("readers alone");
    let alone = readers::read(&server.address, Instant::now() + time / QUIET_PART).await?;
    eprintln!("readers in a hostile crowd");
    let begun = Instant::now();
    let crowd = Crowd::gather(&server.address);
    let memory = async {
        sleep_until(begun + time / 4).await;
        server.megabytes()
    };
    let (read, memory_early) = tokio::join!(readers::read(&server.address, begun + time), memory);
    let (crowded, memory_early) = (read?, memory_early?);
    let memory_late = server.megabytes()?;
    let acknowledged = crowd.leave().await;
    sleep(SETTLING).await;
    let files_after = server.open_files()?;
    let stored = server.stored_messages(folder.path()).context("the inbox")?;

    println!("| Figure | Goal | Measured | Met |\n|---|---|---|---|");
    let growth = memory_late - memory_early;
    row(
        &format!(
            "Growth of the server's memory in {} s among hostile clients, after a quarter of it",
            time.as_secs()
        ),
        &format!("≤ {GOAL_GROWTH} MB"),
        &format!("{growth:.1} MB ({memory_early:.1} to {memory_late:.1} MB)"),
        growth <= GOAL_GROWTH,
    );
    let ratio = crowded.p99.as_secs_f64() / alone.p99.as_secs_f64();
    row(
        "99th percentile of readers beside it, against readers alone",
        &format!("≤ {GOAL_P99}×"),
        &format!(
            "{ratio:.2}× ({:.1?} against {:.1?})",
            crowded.p99, alone.p99
        ),
        ratio <= GOAL_P99,
    );
    row(
        "Readers' requests that failed",
        "0",
        &format!(
            "{} of {}",
            crowded.failed,
            crowded.answered + crowded.failed
        ),
        crowded.failed == 0,
    );
    row(
        "Messages that were acknowledged and are not in the inbox",
        "0",
        &format!("{} of {acknowledged}", acknowledged.saturating_sub(stored)),
        stored >= acknowledged,
    );
    row(
        "Open files after it, against before",
        "the same",
        &format!("{files_after} against {files_before}"),
        files_after <= files_before,
    );
    Ok(())
}

fn row(figure: &str, goal: &str, measured: &str, met: bool) {
    let met = if met { "yes" } else { "no" };
    println!("| {figure} | {goal} | {measured} | {met} |");
}
