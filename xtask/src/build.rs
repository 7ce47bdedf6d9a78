//! `cargo xtask build`: site and server in release mode, nothing started.

use std::path::PathBuf;

use anyhow::Result;

use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use crate::{backend, spa};

/// Provides the toolchain, builds the SPA into `frontend/dist` and then the server.
///
/// Gives the path of the server's binary.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    let toolchain = Toolchain::provide(workspace)?;
    spa::build(workspace, &toolchain)?;
    backend::build_release(workspace)
}
