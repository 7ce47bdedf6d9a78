//! The server, its memory, its open files and its inbox.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::process::{FLASHBLOG, Server, resident_bytes};

impl Server {
    /// Starts the server with its built-in posts, and with rates that the test's clients don't reach.
    pub(crate) fn flashblog(data_dir: &Path) -> anyhow::Result<Self> {
        Self::start(
            Command::new(FLASHBLOG)
                .env_clear()
                .args(["--listen", "127.0.0.1:0", "--log", "error"])
                .args(["--contact-rate", "1000/s", "--session-rate", "1000/s"])
                .arg("--data-dir")
                .arg(data_dir),
        )
    }

    /// Its resident memory in 10^6 bytes.
    pub(crate) fn megabytes(&self) -> anyhow::Result<f64> {
        Ok(resident_bytes(self.process())? as f64 / 1e6)
    }

    /// How many files and sockets it has open.
    pub(crate) fn open_files(&self) -> anyhow::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.process()))?.count())
    }
}

/// The number of messages in the inbox.
pub(crate) fn stored_messages(data_dir: &Path) -> anyhow::Result<usize> {
    let export = Command::new(FLASHBLOG)
        .env_clear()
        .args(["messages", "export", "--format", "json", "--data-dir"])
        .arg(data_dir)
        .output()?;
    let messages: serde_json::Value = serde_json::from_slice(&export.stdout)?;
    Ok(messages.as_array().context("a list")?.len())
}
