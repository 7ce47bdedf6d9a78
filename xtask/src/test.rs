//! `cargo xtask test`: format, lints, tests on the host, the API's contract, tests in a real browser.

use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::step::step;
use crate::toolchain::Toolchain;
use crate::toolchain::browser::Browser;
use crate::toolchain::postgres;
use crate::workspace::Workspace;
use crate::{backend, contract, spa};

/// Runs everything, what fails fast first, and closes with `N passed, N failed`.
pub(crate) fn test(workspace: &Workspace) -> Result<()> {
    let mut tally = Tally::default();
    let result = stages(workspace, &mut tally);
    println!("{tally}");
    result
}

fn stages(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let cargo = |arguments: &[&str]| {
        let mut command = process::cargo(workspace);
        command.args(arguments);
        command
    };
    step("checking the format", || {
        process::run(&mut cargo(&["fmt", "--all", "--check"]))
    })?;
    step("linting", || {
        process::run(
            cargo(&["clippy", "--workspace", "--all-targets"]).args(["--", "-D", "warnings"]),
        )
    })?;
    postgres::provide()?;
    step("testing on the host", || {
        tally.cargo_test(&mut cargo(&[
            "test",
            "--workspace",
            "--exclude",
            "e2e",
            "--no-fail-fast",
        ]))
    })?;

    let toolchain = Toolchain::provide(workspace)?;
    spa::build(workspace, &toolchain)?;
    let server = backend::build_release(workspace)?;
    tally.passed += u64::from(contract::test(workspace, &server)?);
    let browser = Browser::provide()?;
    step("testing the whole site in the browser", || {
        tally.cargo_test(
            cargo(&["test", "--package", "e2e", "--no-fail-fast"])
                .env("FLASHBLOG_BIN", &server)
                .env("FLASHBLOG_ASSETS", workspace.dist())
                .env("CHROMIUM", &browser.chromium)
                .env("CHROMEDRIVER", &browser.driver),
        )
    })
}

/// How many tests passed and failed so far.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    passed: u64,
    failed: u64,
}

impl Tally {
    /// Runs `cargo test`, passes its output on and counts the results that it tells.
    fn cargo_test(&mut self, command: &mut Command) -> Result<()> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cargo can't be started")?;
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::new(output);
            let mut line = Vec::new();
            // Bytes: a test may print what isn't UTF-8.
            while output.read_until(b'\n', &mut line)? > 0 {
                io::stdout().write_all(&line)?;
                self.count(&String::from_utf8_lossy(&line));
                line.clear();
            }
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("`{}` failed ({status})", process::line(command));
        }
        Ok(())
    }

    /// Adds what a line such as `test result: ok. 3 passed; 1 failed; …` tells.
    fn count(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let words: Vec<&str> = result.split([' ', ';']).collect();
        for pair in words.windows(2) {
            if let Ok(number) = pair[0].parse::<u64>() {
                match pair[1] {
                    "passed" => self.passed += number,
                    "failed" => self.failed += number,
                    _ => {}
                }
            }
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_binaries_add_up() {
        let mut tally = Tally::default();
        for line in [
            "running 3 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
            "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
            "the test result: ok. 9 passed; 9 failed",
        ] {
            tally.count(line);
        }
        assert_eq!(tally.to_string(), "15 passed, 2 failed");
    }
}
