//! `cargo xtask dist`: the whole site as one file.
//!
//! Compression is slow in a debug build, and its libraries take long to build. So the command runs itself
//! again, in release mode and with the feature `dist`.

#[cfg(feature = "dist")]
mod cold_start;
#[cfg(feature = "dist")]
mod packing;

use std::path::PathBuf;

use anyhow::Result;

use crate::workspace::Workspace;
use crate::{backend, process};

/// Builds `dist/flashblog`, which contains the app, and returns its path.
pub(crate) fn dist(workspace: &Workspace) -> Result<PathBuf> {
    let binary = workspace.root.join("dist").join(backend::file_name());
    #[cfg(feature = "dist")]
    packing::build(workspace, &binary)?;
    if cfg!(not(feature = "dist")) {
        let mut command = process::cargo(workspace);
        command.args(["run", "--quiet", "--release", "--package", "xtask"]);
        process::run(command.args(["--features", "dist", "--", "dist"]))?;
    }
    Ok(binary)
}
