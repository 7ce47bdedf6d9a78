//! The memory of a live session.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use flashblog::cache::{BlogCache, Reader};
use flashblog::clock::{Clock, SystemClock};
use flashblog::session_id::SessionId;
use flashblog::sources::embedded::EmbeddedSource;

use crate::row;

const SESSIONS: usize = 1_000_000;
const GOAL_BYTES: usize = 256;

/// Measures a million sessions that read the blogs and have no waiting flashes: the growth of the
/// process's resident memory, which includes what the allocator reserves.
pub(crate) fn run() -> anyhow::Result<()> {
    eprintln!("memory of {SESSIONS} sessions");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let hour = Duration::from_secs(3_600);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::start());
        let cache = BlogCache::new(Arc::new(EmbeddedSource::new()), Arc::clone(&clock), hour);
        let reader = || {
            SessionId::random().map(|session| Reader {
                session,
                since: clock.now().as_second(),
            })
        };
        cache.view(reader()?).await;
        let before = resident_bytes(std::process::id())?;
        for _ in 1..SESSIONS {
            cache.view(reader()?).await;
        }
        let bytes = resident_bytes(std::process::id())?.saturating_sub(before) / SESSIONS;
        row(
            "Memory per live session, at 1,000,000 sessions",
            &format!("≤ {GOAL_BYTES} bytes"),
            &format!("{bytes} bytes"),
            bytes <= GOAL_BYTES,
        );
        Ok(())
    })
}

/// The resident memory of a process: the second number of `/proc/PID/statm`, in pages, which are
/// assumed to have 4 KiB.
pub(crate) fn resident_bytes(process: u32) -> anyhow::Result<usize> {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm")).context("needs Linux")?;
    let pages = statm.split(' ').nth(1).context("a second number")?;
    Ok(pages.parse::<usize>()? * 4_096)
}
