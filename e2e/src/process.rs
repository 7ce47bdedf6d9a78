//! A child process that prints its address. It ends with its test.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a process may take to print the line that a test waits for.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A running child process. Dropping it kills the process.
pub struct Process {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a command.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("can't start {:?}", command.as_std().get_program()))?;
        let stdout = child.stdout.take().context("no standard output")?;
        Ok(Self {
            _child: child,
            lines: BufReader::new(stdout).lines(),
        })
    }

    /// Waits for a line of standard output for which `find` returns a value.
    ///
    /// # Errors
    /// When the process ends, or 30 s pass, before such a line.
    pub async fn await_line<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> anyhow::Result<T> {
        let search = async {
            while let Some(line) = self.lines.next_line().await? {
                if let Some(found) = find(&line) {
                    return Ok(found);
                }
            }
            bail!("the process ended before the expected line")
        };
        timeout(START_TIMEOUT, search)
            .await
            .context("the expected line did not come in time")?
    }
}
