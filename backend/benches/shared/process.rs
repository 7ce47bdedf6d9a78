//! A server in its own process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::Context;

/// The binary.
pub(crate) const FLASHBLOG: &str = env!("CARGO_BIN_EXE_flashblog");

/// A server in its own process, which ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts the server and waits until it prints its address.
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

    /// The server's process id.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It fails only when the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The resident memory of a process: the second number of `/proc/PID/statm`, in pages, which are
/// assumed to have 4 KiB.
pub(crate) fn resident_bytes(process: u32) -> anyhow::Result<usize> {
    let statm = std::fs::read_to_string(format!("/proc/{process}/statm")).context("needs Linux")?;
    let pages = statm.split(' ').nth(1).context("a second number")?;
    Ok(pages.parse::<usize>()? * 4_096)
}
