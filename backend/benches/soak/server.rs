//! The server in its own process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::Context;

const BINARY: &str = env!("CARGO_BIN_EXE_flashblog");

/// A server whose process ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
}

impl Server {
    /// Starts the server with its built-in posts, and with rates that the test's clients don't reach.
    pub(crate) fn start(data_dir: &Path) -> anyhow::Result<Self> {
        let mut child = Command::new(BINARY)
            .env_clear()
            .args(["--listen", "127.0.0.1:0", "--log", "error"])
            .args(["--contact-rate", "1000/s", "--session-rate", "1000/s"])
            .arg("--data-dir")
            .arg(data_dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("piped")?).read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("listening on http://");
        let address = address.context("no address")?.to_owned();
        Ok(Self { child, address })
    }

    /// Its resident memory in 10^6 bytes: the second number of `/proc/PID/statm`, in pages of 4 KiB.
    pub(crate) fn megabytes(&self) -> anyhow::Result<f64> {
        let statm = std::fs::read_to_string(format!("/proc/{}/statm", self.child.id()));
        let statm = statm.context("needs Linux")?;
        let pages: f64 = statm
            .split(' ')
            .nth(1)
            .context("a second number")?
            .parse()?;
        Ok(pages * 4_096.0 / 1e6)
    }

    /// How many files and sockets it has open.
    pub(crate) fn open_files(&self) -> anyhow::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// The number of messages in its inbox.
    pub(crate) fn stored_messages(&self, data_dir: &Path) -> anyhow::Result<usize> {
        let export = Command::new(BINARY)
            .env_clear()
            .args(["messages", "export", "--format", "json", "--data-dir"])
            .arg(data_dir)
            .output()?;
        let messages: serde_json::Value = serde_json::from_slice(&export.stdout)?;
        Ok(messages.as_array().context("a list")?.len())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It fails only when the process has already ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
