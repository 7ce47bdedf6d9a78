//! `cargo xtask run`: sets up the machine, builds the site and runs it.

use std::ffi::OsString;
use std::process::Command;

use anyhow::{Context, Result};

use crate::build;
use crate::workspace::Workspace;

/// Builds everything, and runs the server with `arguments` in place of this process. Returns only if the
/// server can't be started.
pub(crate) fn run(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    let binary = build::build(workspace)?;
    let mut server = Command::new(&binary);
    server.arg("--assets").arg(workspace.dist()).args(arguments);
    become_server(&mut server).with_context(|| format!("can't start {}", binary.display()))
}

/// Replaces this process with the server, so that Ctrl-C and other signals reach the server directly.
#[cfg(unix)]
fn become_server(server: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(server.exec().into())
}

#[cfg(not(unix))]
fn become_server(server: &mut Command) -> Result<()> {
    let status = server.status()?;
    anyhow::ensure!(status.success(), "the server ended with {status}");
    Ok(())
}
