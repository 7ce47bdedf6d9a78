//! `cargo xtask shots`: pictures of every page, for people to look at.

use anyhow::Result;

use crate::step::step;
use crate::toolchain::Toolchain;
use crate::toolchain::browser::Browser;
use crate::workspace::Workspace;
use crate::{backend, process, spa};

/// Builds the site and writes screenshots of it into `target/shots`.
pub(crate) fn shots(workspace: &Workspace) -> Result<()> {
    let toolchain = Toolchain::provide(workspace)?;
    spa::build(workspace, &toolchain)?;
    let server = backend::build_release(workspace)?;
    let browser = Browser::provide()?;
    step("taking screenshots", || {
        process::run(
            process::cargo(workspace)
                .args(["run", "--quiet", "--package", "e2e", "--bin", "shots", "--"])
                .arg(workspace.target.join("shots"))
                .env("FLASHBLOG_BIN", &server)
                .env("FLASHBLOG_ASSETS", workspace.dist())
                .env("CHROMIUM", &browser.chromium)
                .env("CHROMEDRIVER", &browser.driver),
        )
    })
}
