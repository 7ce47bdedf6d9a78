//! The API held to its own description by a program that knows nothing else of it: every
//! operation is asked what is valid and what is not, and each answer must be one that the
//! description has.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::process;
use crate::step::step;
use crate::toolchain::schemathesis;
use crate::workspace::Workspace;

/// Why it may not have been tested.
pub(crate) const NOT_TESTED: &str = "the API's contract: there is no python3 on PATH";

const HOOKS: &str = include_str!("contract_hooks.py");

/// Tests a server that is started for it. Says whether it could: without Python there is nothing
/// to test it with.
///
/// # Errors
/// When the API and its description disagree.
pub(crate) fn test(workspace: &Workspace, server: &Path) -> Result<bool> {
    let Some(schemathesis) = schemathesis::provide()? else {
        eprintln!("==> NOT TESTED: {NOT_TESTED}");
        return Ok(false);
    };
    step("holding the API to its description", || {
        let folder = workspace.target.join("contract");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("contract_hooks.py"), HOOKS)?;
        let server = Server::start(server, &folder)?;
        process::run(
            Command::new(schemathesis)
                .current_dir(&folder)
                .env("SCHEMATHESIS_HOOKS", "contract_hooks")
                .arg("run")
                .arg(format!("{}/api/v1/openapi.json", server.url))
                .args(["--checks", "all", "--max-examples", "40"])
                .args(["--seed", "1", "--generation-database", "none"])
                .arg("--no-color"),
        )
    })?;
    Ok(true)
}

/// The server under test; it ends with this value.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Starts it on a free port, with a limit on messages that no test reaches.
    fn start(program: &Path, folder: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command
            .args(["--listen", "127.0.0.1:0", "--contact-rate", "1000/s"])
            .args(["--log", "warn"])
            .arg("--data-dir")
            .arg(folder.join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let child = command
            .spawn()
            .with_context(|| format!("can't start {}", program.display()))?;
        let mut server = Self {
            child,
            url: String::new(),
        };
        let mut line = String::new();
        if let Some(output) = server.child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        server.url = line
            .trim_end()
            .strip_prefix("listening on ")
            .context("the server did not start")?
            .to_owned();
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
