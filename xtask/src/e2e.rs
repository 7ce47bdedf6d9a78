//! What drives a real browser: the package `e2e`, given a server, the app and a browser.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::process_group::{ProcessGroup, outlive_ctrl_c};
use crate::step::step;
use crate::toolchain::browser::Browser;
use crate::toolchain::npm;
use crate::workspace::Workspace;
use crate::{build, dist, process};

/// It takes a port that is free for IPv6, and gives up when something has it for IPv4.
const DRIVER_STARTS: u32 = 5;

/// One driver for all browsers of a run; it and they end with this value.
pub(crate) struct Driver {
    chromium: PathBuf,
    address: String,
    _process: ProcessGroup,
    // Held: a driver that writes to a closed pipe ends.
    _output: BufReader<ChildStdout>,
    // Dropped last: profiles of browsers that ended.
    _folder: TempDir,
}

impl Driver {
    /// Finds or installs a browser and starts its driver.
    pub(crate) fn start() -> Result<Self> {
        let browser = Browser::provide()?;
        outlive_ctrl_c()?;
        let folder = tempfile::tempdir()?;
        let mut starts = 0;
        loop {
            let mut command = Command::new(&browser.driver);
            command.arg("--port=0").env("TMPDIR", folder.path());
            let mut process = ProcessGroup::spawn(command.stdout(Stdio::piped()))?;
            let mut output = BufReader::new(process.take_stdout().context("piped above")?);
            starts += 1;
            if let Some(port) = port_of(&mut output)? {
                return Ok(Self {
                    chromium: browser.chromium,
                    address: format!("http://127.0.0.1:{port}"),
                    _process: process,
                    _output: output,
                    _folder: folder,
                });
            }
            ensure!(starts < DRIVER_STARTS, "the browser's driver did not start");
        }
    }

    /// Tells `command` where driver, browser, server and app are.
    pub(crate) fn lend<'a>(
        &self,
        command: &'a mut Command,
        workspace: &Workspace,
        server: &Path,
    ) -> &'a mut Command {
        command
            .env("FLASHBLOG_BIN", server)
            .env("FLASHBLOG_ASSETS", workspace.dist())
            .env("CHROMIUM", &self.chromium)
            .env("CHROMEDRIVER_URL", &self.address)
    }
}

/// None when the driver ends first.
fn port_of(output: &mut impl BufRead) -> Result<Option<u16>> {
    let mut line = String::new();
    while output.read_line(&mut line)? > 0 {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return Ok(port.trim_end().trim_end_matches('.').parse().ok());
        }
        line.clear();
    }
    Ok(None)
}

/// `cargo run` of a program of e2e.
pub(crate) fn program(workspace: &Workspace, name: &str) -> Command {
    let mut command = process::cargo(workspace);
    command.args(["run", "--quiet", "--package", "e2e", "--bin", name, "--"]);
    command
}

/// `cargo xtask shots`: screenshots of every view in `target/shots`, and the README's pictures in
/// `docs/pictures`.
pub(crate) fn shots(workspace: &Workspace) -> Result<()> {
    let server = build::build(workspace)?;
    let driver = Driver::start()?;
    step("taking screenshots", || {
        let mut command = program(workspace, "shots");
        command
            .arg(workspace.target.join("shots"))
            .arg(workspace.root.join("docs/pictures"));
        process::run(driver.lend(&mut command, workspace, &server))
    })
}

/// `cargo xtask lighthouse`: builds `dist/flashblog` and measures its pages as a phone has them.
///
/// Fails where accessibility, best practices or SEO are below 100.
pub(crate) fn lighthouse(workspace: &Workspace) -> Result<()> {
    let browser = Browser::provide()?;
    npm::install(&workspace.root.join("e2e"), "lighthouse")?;
    let server = dist::dist(workspace)?;
    step("looking at the pages with Lighthouse", || {
        process::run(
            program(workspace, "lighthouse")
                .arg(workspace.target.join("lighthouse"))
                .env("FLASHBLOG_BIN", &server)
                .env_remove("FLASHBLOG_ASSETS")
                .env("CHROMIUM", &browser.chromium),
        )
    })
}
