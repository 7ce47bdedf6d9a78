//! A child process that says where it can be reached, and that ends with its test.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a process may take to say what is awaited of it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running child. Dropped, it is killed with everything that it started.
pub struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a command in a process group of its own.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("can't start {:?}", command.as_std().get_program()))?;
        let stdout = child.stdout.take().context("no standard output")?;
        Ok(Self {
            child,
            lines: BufReader::new(stdout).lines(),
        })
    }

    /// Waits for a line of standard output in which `find` finds something.
    ///
    /// # Errors
    /// When the process ends, or 30 s pass, before there is one.
    pub async fn await_line<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> anyhow::Result<T> {
        let search = async {
            while let Some(line) = self.lines.next_line().await? {
                if let Some(found) = find(&line) {
                    return Ok(found);
                }
            }
            bail!("the process ended without saying what was awaited")
        };
        timeout(PATIENCE, search)
            .await
            .context("nothing was said in time")?
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(pid) = self.child.id() {
            // The group: a driver leaves its browsers behind otherwise. Best effort, it may be gone.
            let _ = std::process::Command::new("kill")
                .args(["-KILL", "--", &format!("-{pid}")])
                .status();
        }
    }
}
