//! Building the `flashblog` binary.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::step::step;
use crate::workspace::Workspace;

/// Builds the release binary and gives its path.
pub(crate) fn build_release(workspace: &Workspace) -> Result<PathBuf> {
    step("building the server (release)", || {
        process::run(cargo_build(workspace).arg("--release"))
    })?;
    Ok(binary(workspace, "release"))
}

/// `cargo build` of the server, in the dev profile unless told otherwise.
pub(crate) fn cargo_build(workspace: &Workspace) -> Command {
    let mut command = process::cargo(workspace);
    command.args(["build", "--package", "flashblog", "--bin", "flashblog"]);
    command
}

/// Where Cargo puts the binary of a profile.
pub(crate) fn binary(workspace: &Workspace, profile: &str) -> PathBuf {
    let name = format!("flashblog{}", std::env::consts::EXE_SUFFIX);
    workspace.target.join(profile).join(name)
}
