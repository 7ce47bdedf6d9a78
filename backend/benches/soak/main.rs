//! A soak test: readers together with slow, broken and hostile clients, for ten minutes or the number of
//! seconds in the first argument. `cargo xtask bench` writes its table to `docs/benchmarks.md`.

mod hostile;
#[path = "../shared/process.rs"]
mod process;
mod readers;
mod server;

use std::time::Duration;

use anyhow::Context;
use tokio::time::{Instant, sleep, sleep_until};

use crate::hostile::Crowd;
use crate::process::Server;
use crate::readers::Seen;
use crate::server::stored_messages;

const DEFAULT_SECONDS: u64 = 600;
/// Readers are first alone, for the time of the test divided by this.
const QUIET_PART: u32 = 5;
/// A little more than the 10 s after which the server closes idle connections.
const IDLE_TIMEOUT: Duration = Duration::from_secs(11);
/// The time until every connection is closed: the server closes idle connections after 10 s, and slow
/// ones after 30 s.
const SETTLING: Duration = Duration::from_secs(35);
/// The most that memory may grow between a quarter of the time and its end, in 10^6 bytes.
const GOAL_GROWTH: f64 = 10.0;
/// How many times slower readers may be than alone.
const GOAL_P99: f64 = 3.0;

fn main() -> anyhow::Result<()> {
    // The first number: cargo adds the argument `--bench`.
    let seconds = std::env::args().skip(1).find_map(|text| text.parse().ok());
    let time = Duration::from_secs(seconds.unwrap_or(DEFAULT_SECONDS));
    tokio::runtime::Runtime::new()?.block_on(soak(time))
}

/// The measured values.
struct Figures {
    time: Duration,
    alone: Seen,
    crowded: Seen,
    /// The server's memory in 10^6 bytes: before the hostile clients, after a quarter of the time, at the
    /// end, and after they were stopped.
    memory: [f64; 4],
    /// The server's open files before the hostile clients and after them.
    files: [usize; 2],
    acknowledged: usize,
    stored: usize,
}

async fn soak(time: Duration) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let server = Server::flashblog(folder.path())?;
    // A first round of readers, so that what is allocated only once is not counted.
    let first = readers::read(&server.address, Instant::now() + time / 20).await?;
    tell("readers at the start", &first);
    sleep(IDLE_TIMEOUT).await;
    let files_before = server.open_files()?;

    let alone = readers::read(&server.address, Instant::now() + time / QUIET_PART).await?;
    tell("readers alone", &alone);
    let memory_before = server.megabytes()?;
    let begun = Instant::now();
    let crowd = Crowd::gather(&server.address);
    let memory = async {
        sleep_until(begun + time / 4).await;
        server.megabytes()
    };
    let (read, memory_early) = tokio::join!(readers::read(&server.address, begun + time), memory);
    let (crowded, memory_early) = (read?, memory_early?);
    tell("readers in a hostile crowd", &crowded);
    let memory_late = server.megabytes()?;
    let acknowledged = crowd.leave().await;
    sleep(SETTLING).await;
    let figures = Figures {
        time,
        alone,
        crowded,
        memory: [
            memory_before,
            memory_early,
            memory_late,
            server.megabytes()?,
        ],
        files: [files_before, server.open_files()?],
        acknowledged,
        stored: stored_messages(folder.path()).context("the inbox")?,
    };
    figures.print();
    Ok(())
}

/// Reports the readers' results on standard error.
fn tell(who: &str, seen: &Seen) {
    eprintln!(
        "{who}: {} answered, {} failed, 99th percentile {:.1?}",
        seen.answered, seen.failed, seen.p99
    );
    if let Some(failure) = &seen.failure {
        eprintln!("  the first failure: {failure}");
    }
}

impl Figures {
    fn print(&self) {
        println!("| Figure | Goal | Measured | Met |\n|---|---|---|---|");
        let [before, early, late, after] = self.memory;
        row(
            &format!(
                "Growth of the server's memory in {} s among hostile clients, after a quarter of it",
                self.time.as_secs()
            ),
            &format!("≤ {GOAL_GROWTH} MB"),
            &format!(
                "{:.1} MB: {before:.1} MB before, {early:.1} after a quarter, {late:.1} at the end, {after:.1} when they had left",
                late - early
            ),
            late - early <= GOAL_GROWTH,
        );
        let Self { alone, crowded, .. } = self;
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
        let failed = alone.failed + crowded.failed;
        let asked = alone.answered + crowded.answered + failed;
        row(
            "Readers' requests that failed",
            "0",
            &format!("{failed} of {asked}"),
            failed == 0,
        );
        let lost = self.acknowledged.saturating_sub(self.stored);
        row(
            "Messages that were acknowledged and are not in the inbox",
            "0",
            &format!("{lost} of {}", self.acknowledged),
            lost == 0 && self.acknowledged > 0,
        );
        let [files_before, files_after] = self.files;
        row(
            "Open files after it, against before",
            "the same",
            &format!("{files_after} against {files_before}"),
            files_after <= files_before,
        );
    }
}

fn row(figure: &str, goal: &str, measured: &str, met: bool) {
    let met = if met { "yes" } else { "no" };
    println!("| {figure} | {goal} | {measured} | {met} |");
}
