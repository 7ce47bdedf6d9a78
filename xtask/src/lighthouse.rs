//! `cargo xtask lighthouse`: the site, as an operator runs it, measured as a phone has it.

use anyhow::Result;

use crate::step::step;
use crate::toolchain::browser::Browser;
use crate::toolchain::npm;
use crate::workspace::Workspace;
use crate::{dist, process};

/// Builds `dist/flashblog` and has Lighthouse look at its pages; fails where accessibility, best
/// practices or SEO are below 100.
pub(crate) fn lighthouse(workspace: &Workspace) -> Result<()> {
    let browser = Browser::provide()?;
    let e2e = workspace.root.join("e2e");
    npm::install(&e2e, "lighthouse")?;
    let server = dist::dist(workspace)?;
    step("looking at the pages with Lighthouse", || {
        process::run(
            process::cargo(workspace)
                .args(["run", "--quiet", "--package", "e2e"])
                .args(["--bin", "lighthouse", "--"])
                .arg(workspace.target.join("lighthouse"))
                .env("FLASHBLOG_BIN", &server)
                .env_remove("FLASHBLOG_ASSETS")
                .env("CHROMIUM", &browser.chromium),
        )
    })
}
