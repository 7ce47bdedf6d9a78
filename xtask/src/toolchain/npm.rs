//! Bootstrap, Sass and wasm-opt from npm, in exactly the versions of the lock file.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::debian;
use crate::process;
use crate::step::{already, step};
use crate::workspace::Workspace;

/// Installs `frontend/package-lock.json` into `frontend/node_modules` unless it is there.
pub(super) fn provide(workspace: &Workspace) -> Result<()> {
    provide_node()?;
    let folder = workspace.frontend();
    let lock =
        fs::read(folder.join("package-lock.json")).context("reading frontend/package-lock.json")?;
    // npm removes the whole folder before it installs, so a half-done install leaves no mark.
    let mark = folder.join("node_modules").join(".installed-lock.json");
    if fs::read(&mark).is_ok_and(|installed| installed == lock) {
        already("npm packages: as the lock file says");
        return Ok(());
    }
    step(
        "installing npm packages (bootstrap, sass, binaryen)",
        || {
            process::run(Command::new("npm").arg("ci").current_dir(&folder))?;
            fs::write(&mark, &lock).context("marking the npm packages as installed")
        },
    )
}

/// Node runs Sass and wasm-opt, npm installs them.
fn provide_node() -> Result<()> {
    let there =
        || process::find_on_path("node").is_some() && process::find_on_path("npm").is_some();
    if !there() && debian::can_install() {
        debian::install(&["nodejs", "npm"])?;
    }
    if !there() {
        bail!(
            "node and npm are missing: install Node.js 18 or newer (Debian: `sudo apt-get install nodejs npm`)"
        );
    }
    Ok(())
}
