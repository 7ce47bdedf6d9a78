//! The `flashblog` binary: building it, and running it for a while.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::process;
use crate::process_group::ProcessGroup;
use crate::step::step;
use crate::workspace::Workspace;

/// Builds the release binary and returns its path.
pub(crate) fn build_release(workspace: &Workspace) -> Result<PathBuf> {
    step("building the server (release)", || {
        process::run(cargo_build(workspace).arg("--release"))
    })?;
    Ok(binary(workspace, "release"))
}

/// `cargo build` of the server, in the dev profile unless the caller adds another.
pub(crate) fn cargo_build(workspace: &Workspace) -> Command {
    let mut command = process::cargo(workspace);
    command.args(["build", "--package", "flashblog", "--bin", "flashblog"]);
    command
}

/// Where Cargo puts the binary of a profile.
pub(crate) fn binary(workspace: &Workspace, profile: &str) -> PathBuf {
    workspace.target.join(profile).join(file_name())
}

/// The binary's file name on this system.
pub(crate) fn file_name() -> String {
    format!("flashblog{}", std::env::consts::EXE_SUFFIX)
}

/// A running server on a free loopback port. Dropping the value ends the server.
pub(crate) struct Server {
    /// Host and port.
    pub(crate) address: String,
    #[cfg_attr(not(feature = "dist"), expect(dead_code, reason = "ends the server"))]
    pub(crate) process: ProcessGroup,
}

impl Server {
    /// Starts the server `command` and waits until it listens.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        command.args(["--listen", "127.0.0.1:0"]);
        let mut process = ProcessGroup::spawn(command.stdout(Stdio::piped()))?;
        let mut line = String::new();
        let output = process.take_stdout().context("piped above")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim_end().strip_prefix("listening on http://");
        let address = address.context("the server did not start")?.to_owned();
        Ok(Self { address, process })
    }
}
