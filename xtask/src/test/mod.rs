//! `cargo xtask test`: format, lints, tests on the host, the API's contract, tests in a real browser.

mod contract;
mod results;
mod tally;

use std::io;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use self::tally::{TEST_DATA, Tally};
use crate::e2e::Driver;
use crate::step::{human_duration, step};
use crate::toolchain::browser::Browser;
use crate::toolchain::{Toolchain, postgres};
use crate::workspace::Workspace;
use crate::{backend, frontend, process};

/// Runs all tests. Ends with the time of each phase, the skipped tests with their reasons, the flaky
/// tests, and `N passed, N failed, N skipped, N flaky`.
///
/// A test that needs something that the machine lacks counts as skipped, although `cargo test` counts it
/// as passed.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let mut run = Run::new(workspace);
    let result = run.all();
    run.report();
    result
}

/// Runs only the browser tests whose names contain one of `names`, or all of them.
pub(crate) fn test_browser(workspace: &Workspace, names: &[String]) -> Result<()> {
    let mut run = Run::new(workspace);
    let result = run.site().and_then(|()| {
        run.phase("building the server (debug)", |run| {
            // The same command as for the tests on the host, so that Cargo builds the same binary.
            let mut cargo = process::cargo(run.workspace);
            process::run(cargo.args(["test", "--workspace", "--no-run", "--test", "api"]))
        })?;
        run.browser(names)
    });
    run.report();
    result
}

/// A run of tests.
struct Run<'a> {
    workspace: &'a Workspace,
    tally: Tally,
    /// Time of each phase.
    phases: Vec<(&'static str, Duration)>,
}

impl<'a> Run<'a> {
    fn new(workspace: &'a Workspace) -> Self {
        Self {
            workspace,
            tally: Tally::default(),
            phases: Vec::new(),
        }
    }

    /// Phases that fail fast come first. The app is built at the same time as the tests on the host run,
    /// because its link-time optimisation uses one core only.
    fn all(&mut self) -> Result<()> {
        self.phase("checking the format", |run| {
            process::run(process::cargo(run.workspace).args(["fmt", "--all", "--check"]))
        })?;
        // Before the app's build, which may install packages too.
        postgres::provide()?;
        Browser::provide()?;
        let workspace = self.workspace;
        let (site, host) = thread::scope(|scope| {
            let site = scope.spawn(|| {
                let mut run = Run::new(workspace);
                run.site().map(|()| run.phases)
            });
            let host = self.host();
            let site = site.join().map_err(|_| anyhow!("the app's build panicked"));
            (site.flatten(), host)
        });
        host?;
        self.phases.extend(site?);
        self.browser(&[])
    }

    /// Everything that needs no browser.
    fn host(&mut self) -> Result<()> {
        self.phase("linting", |run| {
            // `--all-targets` leaves out the browser tests, since they have `test = false`.
            process::run(
                process::cargo(run.workspace)
                    .args(["clippy", "--workspace", "--all-targets"])
                    .args(["--", "-D", "warnings"]),
            )?;
            process::run(
                process::cargo(run.workspace)
                    .args(["clippy", "--workspace", "--test", "browser"])
                    .args(["--", "-D", "warnings"]),
            )
        })?;
        self.phase("testing on the host", |run| {
            run.cargo_test(&[], &[], &|_| {})
        })?;
        // The tests have built it.
        let server = backend::binary(self.workspace, "debug");
        self.phase("testing the API against its description", |run| {
            if contract::test(&server)? {
                run.tally.passed += 1;
            } else {
                run.tally.skipped.push(contract::NOT_TESTED.to_owned());
            }
            Ok(())
        })
    }

    fn site(&mut self) -> Result<()> {
        self.phase("building the app", |run| {
            let toolchain = Toolchain::provide(run.workspace)?;
            frontend::build(run.workspace, &toolchain)
        })
    }

    fn browser(&mut self, names: &[String]) -> Result<()> {
        let driver = Driver::start()?;
        let server = backend::binary(self.workspace, "debug");
        self.phase("testing the whole site in the browser", |run| {
            let workspace = run.workspace;
            run.cargo_test(&["--test", "browser"], names, &|command| {
                driver.lend(command, workspace, &server);
            })
        })
    }

    /// Runs the tests of these targets, prepared by `prepare`, whose names contain one of `names`.
    fn cargo_test(
        &mut self,
        targets: &[&str],
        names: &[String],
        prepare: &dyn Fn(&mut Command),
    ) -> Result<()> {
        let workspace = self.workspace;
        let command = || {
            let mut command = process::cargo(workspace);
            // Always the whole workspace: for other packages, Cargo builds dependencies with other features.
            command.args(["test", "--workspace", "--no-fail-fast"]);
            prepare(command.args(targets));
            command
        };
        let has_data = std::env::var_os(TEST_DATA).is_some();
        self.tally
            .cargo_test(&command, names, has_data, &mut io::stdout())
    }

    /// Does a step and records its time.
    fn phase(
        &mut self,
        what: &'static str,
        work: impl FnOnce(&mut Self) -> Result<()>,
    ) -> Result<()> {
        let started = Instant::now();
        let result = step(what, || work(self));
        self.phases.push((what, started.elapsed()));
        result
    }

    fn report(&self) {
        println!("\ntime of each phase (the app is built at the same time as others):");
        for (what, took) in &self.phases {
            println!("{:>12}  {what}", human_duration(*took));
        }
        println!("{}", self.tally);
    }
}
