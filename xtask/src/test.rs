//! `cargo xtask test`: format, lints, tests on the host, the API's contract, tests in a real browser.

use std::collections::BTreeMap;
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

/// Runs everything, what fails fast first, and closes with what was skipped and why, and
/// `N passed, N failed, N skipped`.
///
/// A test that needs what a machine lacks proves nothing there. `cargo test` counts it as passed;
/// here it is not, nor is it a failure, since somebody may have no way to provide it.
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
    tally.passed += 1;
    if !contract::test(workspace, &server)? {
        tally.skipped.push(contract::NOT_TESTED.to_owned());
    }
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

/// Begins the line of a test that can't prove anything on this machine; why follows.
const SKIPPED: &str = "SKIPPED: ";

/// How many tests passed and failed so far, and what was skipped and why.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    /// As `cargo test` counts, those that were skipped included.
    passed: u64,
    failed: u64,
    skipped: Vec<String>,
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

    /// Adds what a line such as `test result: ok. 3 passed; 1 failed; …`, or `SKIPPED: …`, tells.
    fn count(&mut self, line: &str) {
        // With a single thread, a test's name stands on the same line.
        if let Some((_, why)) = line.split_once(SKIPPED) {
            self.skipped.push(why.trim_end().to_owned());
        }
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
        let mut reasons = BTreeMap::new();
        for why in &self.skipped {
            *reasons.entry(why).or_insert(0) += 1;
        }
        for (why, times) in reasons {
            writeln!(f, "skipped ({times}): {why}")?;
        }
        let skipped = self.skipped.len() as u64;
        write!(
            f,
            "{} passed, {} failed, {skipped} skipped",
            self.passed.saturating_sub(skipped),
            self.failed
        )
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
        assert_eq!(tally.to_string(), "15 passed, 2 failed, 0 skipped");
    }

    #[test]
    fn what_was_skipped_is_named_and_has_not_passed() {
        let mut tally = Tally::default();
        for line in [
            "SKIPPED: PostgreSQL: not installed\n",
            "test b ... SKIPPED: naughty strings: no file\n",
            "SKIPPED: PostgreSQL: not installed\n",
            "test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n",
        ] {
            tally.count(line);
        }
        assert_eq!(
            tally.to_string(),
            "skipped (2): PostgreSQL: not installed\n\
             skipped (1): naughty strings: no file\n\
             2 passed, 0 failed, 3 skipped"
        );
    }
}
