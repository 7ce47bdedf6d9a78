//! The memory of a session.

use crate::client::request;
use crate::load::load;
use crate::process::{Server, resident_bytes};
use crate::row;

const ROUNDS: usize = 8;
const GOAL_BYTES: usize = 256;

/// Measures how much the server's resident memory grows while clients without a cookie begin sessions. The
/// sessions have no waiting flashes. A first round allocates what does not depend on their number.
pub(crate) fn run() -> anyhow::Result<()> {
    eprintln!("memory of sessions");
    let data_dir = tempfile::tempdir()?;
    let server = Server::flashblog(data_dir.path(), "warn")?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let begin = [request("")];
        load(&[&server], &begin).await?;
        let before = resident_bytes(server.process())?;
        let mut sessions = 0;
        for _ in 0..ROUNDS {
            sessions += load(&[&server], &begin).await?.requests;
        }
        let after = resident_bytes(server.process())?;
        let bytes = after.saturating_sub(before) / sessions;
        row(
            "Growth of the server's memory for each session that begins, without waiting flashes",
            &format!("≤ {GOAL_BYTES} bytes"),
            &format!(
                "{bytes} bytes ({sessions} sessions; {:.1} MB before, {:.1} after)",
                before as f64 / 1e6,
                after as f64 / 1e6
            ),
            bytes <= GOAL_BYTES,
        );
        Ok(())
    })
}
