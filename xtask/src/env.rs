//! `cargo xtask env`: the toolchain for a shell in which `trunk` is typed by hand.

use anyhow::Result;

use crate::toolchain::Toolchain;
use crate::workspace::Workspace;

/// Provides the toolchain and prints `export` lines, nothing else, on standard output.
pub(crate) fn env(workspace: &Workspace) -> Result<()> {
    let toolchain = Toolchain::provide(workspace)?;
    print!("{}", toolchain.exports());
    Ok(())
}
