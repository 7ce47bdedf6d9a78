//! `cargo xtask build`: builds site and server in release mode, and starts nothing.

use std::path::PathBuf;
use std::thread;

use anyhow::{Result, anyhow};

use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use crate::{backend, frontend};

/// Provides the toolchain, builds the app into `frontend/dist`, and builds the server. Returns the path
/// of the server's binary.
///
/// The server is built at the same time as the rest: the app's link-time optimisation and the tools'
/// linking leave a core idle.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    thread::scope(|scope| {
        let server = scope.spawn(|| backend::build_release(workspace));
        let site = Toolchain::provide(workspace)
            .and_then(|toolchain| frontend::build(workspace, &toolchain));
        let server = server
            .join()
            .map_err(|_| anyhow!("the server's build panicked"))?;
        site?;
        server
    })
}
