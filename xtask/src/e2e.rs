//! Runs programs and tests of the package `e2e`, which drive a real browser.

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

/// How often the driver is started. It picks a port that is free for IPv6, and ends if another program
/// has that port for IPv4.
const DRIVER_STARTS: u32 = 5;

/// The driver of all browsers of a run. Dropping the value ends the driver and the browsers.
pub(crate) struct Driver {
    chromium: PathBuf,
    address: String,
    _process: ProcessGroup,
    // Kept open: a driver that writes to a closed pipe ends.
    _output: BufReader<ChildStdout>,
    // The browsers' profiles. Dropped last, when the browsers have ended.
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

    /// Sets the variables of `command` that name driver, browser, server and app.
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

/// The port that the driver prints. None if the driver ends first.
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

/// `cargo run` of a program of the package `e2e`.
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

/// `cargo xtask lighthouse`: builds `dist/flashblog` and measures its pages as on a phone.
///
/// Fails if accessibility, best practices or SEO are below 100.
pub(crate) fn lighthouse(workspace: &Workspace) -> Result<()> {
    let browser = Browser::provide()?;
    npm::install(&workspace.root.join("e2e"), "lighthouse")?;
    let server = dist::dist(workspace)?;
    step("measuring the pages with Lighthouse", || {
        process::run(
            program(workspace, "lighthouse")
                .arg(workspace.target.join("lighthouse"))
                .env("FLASHBLOG_BIN", &server)
                .env_remove("FLASHBLOG_ASSETS")
                .env("CHROMIUM", &browser.chromium),
        )
    })
}
