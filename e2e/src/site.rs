//! The server with the release build of the app, on a free port.

use anyhow::{Context, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

use crate::process::Process;
use crate::provided;

/// A running FlashBlog with an empty data directory.
pub struct Site {
    origin: String,
    _process: Process,
    data_dir: TempDir,
}

impl Site {
    /// Starts a site with the built-in posts.
    ///
    /// # Errors
    /// When the site does not start.
    pub async fn start() -> anyhow::Result<Self> {
        Self::with_arguments(&[]).await
    }

    /// Starts a site with further flags.
    ///
    /// # Errors
    /// When the site does not start.
    pub async fn with_arguments(arguments: &[&str]) -> anyhow::Result<Self> {
        let data_dir = tempfile::tempdir()?;
        let mut command = Command::new(provided("FLASHBLOG_BIN")?);
        command
            .args(["--listen", "127.0.0.1:0", "--log", "warn"])
            .arg("--data-dir")
            .arg(data_dir.path())
            .args(arguments)
            // It is for the tests. The server would warn of a variable that is no setting.
            .env_remove("FLASHBLOG_BIN");
        // The binary of `cargo xtask dist` contains the app.
        if let Some(assets) = std::env::var_os("FLASHBLOG_ASSETS") {
            command.arg("--assets").arg(assets);
        }
        let mut process = Process::start(command)?;
        let origin = process
            .await_line(|line| line.strip_prefix("listening on ").map(str::to_owned))
            .await
            .context("the site did not start")?;
        Ok(Self {
            origin,
            _process: process,
            data_dir,
        })
    }

    /// The references of the contact messages that it has received, newest first.
    ///
    /// # Errors
    /// When the inbox can't be read.
    pub async fn messages(&self) -> anyhow::Result<Vec<String>> {
        let output = Command::new(provided("FLASHBLOG_BIN")?)
            .args(["messages", "export", "--format", "json", "--data-dir"])
            .arg(self.data_dir.path())
            .output()
            .await?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let messages: Vec<Value> = serde_json::from_slice(&output.stdout)?;
        Ok(messages
            .iter()
            .filter_map(|message| message["reference"].as_str().map(str::to_owned))
            .collect())
    }

    /// Its address, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}
