//! npm packages, in exactly the versions of the lock files.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::debian;
use crate::process;
use crate::step::{already, step};
use crate::workspace::Workspace;

/// Installs the packages that build and test the app.
pub(super) fn provide(workspace: &Workspace) -> Result<()> {
    install(
        &workspace.frontend(),
        "bootstrap, sass, terser, binaryen, axe-core",
    )
}

/// Installs a folder's `package-lock.json` into its `node_modules` unless it is there.
///
/// # Errors
/// When Node.js is missing or npm fails.
pub(crate) fn install(folder: &Path, what: &str) -> Result<()> {
    provide_node()?;
    let lock = folder.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("reading {}", lock.display()))?;
    // npm removes the whole folder before it installs, so an interrupted install leaves no mark.
    let mark = folder.join("node_modules").join(".installed-lock.json");
    if fs::read(&mark).is_ok_and(|installed| installed == lock) {
        already(&format!("npm packages ({what}): as the lock file says"));
        return Ok(());
    }
    step(&format!("installing npm packages ({what})"), || {
        process::run(Command::new("npm").arg("ci").current_dir(folder))?;
        fs::write(&mark, &lock).context("marking the npm packages as installed")
    })
}

/// Finds or installs Node, which runs Sass and wasm-opt, and npm, which installs them.
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
