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

/// Runs everything, what fails fast first, and closes with what was skipped and why, what was
/// unsteady, and `N passed, N failed, N skipped`.
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
        tally.cargo_test(
            &mut cargo(&["test", "--workspace", "--exclude", "e2e", "--no-fail-fast"]),
            &mut io::stdout(),
        )
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
            &mut io::stdout(),
        )
    })
}

/// Begins the line of a test that can't prove anything on this machine; why follows.
const SKIPPED: &str = "SKIPPED: ";

/// More failures than this are no matter of chance.
const RETRIED: usize = 3;

/// How many tests passed and failed so far, which were unsteady, and what was skipped and why.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    /// As `cargo test` counts, those that were skipped included.
    passed: u64,
    failed: u64,
    skipped: Vec<String>,
    /// Tests that failed among the others and passed alone.
    unsteady: Vec<String>,
}

impl Tally {
    /// Runs `cargo test`, passes its output on to `out` and counts the results that it tells.
    ///
    /// A few tests that fail are run once more, alone: on a busy machine a browser can take longer
    /// than anybody waits. What passes then is no failure, but is told in the last lines, as
    /// something to be mended.
    fn cargo_test(&mut self, command: &mut Command, out: &mut impl Write) -> Result<()> {
        let named = process::line(command);
        let first = Results::of(command, out)?;
        self.passed += first.passed;
        self.skipped.extend(first.skipped.iter().cloned());
        if first.is_success {
            return Ok(());
        }
        if first.can_be_retried() {
            let names = first.failing.join(", ");
            let again = step(&format!("once more, alone: {names}"), || {
                command.args(["--", "--test-threads=1", "--exact"]);
                Results::of(command.args(&first.failing), out)
            })?;
            if again.is_success && again.passed >= first.failed {
                self.passed += first.failed;
                self.unsteady.extend(first.failing);
                return Ok(());
            }
        }
        self.failed += first.failed;
        bail!("`{named}` failed");
    }
}

/// What one run of `cargo test` told.
#[derive(Debug, Default)]
struct Results {
    is_success: bool,
    passed: u64,
    failed: u64,
    skipped: Vec<String>,
    /// The names of those that failed.
    failing: Vec<String>,
    /// Test binaries that began, and those that came to an end.
    begun: u64,
    ended: u64,
}

impl Results {
    /// Runs `cargo test` and passes its output on to `out`.
    fn of(command: &mut Command, out: &mut impl Write) -> Result<Self> {
        let mut results = Self::default();
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
                out.write_all(&line)?;
                results.read(&String::from_utf8_lossy(&line));
                line.clear();
            }
        }
        results.is_success = child.wait()?.success();
        Ok(results)
    }

    /// Whether all that went wrong are a few tests that can be named: nothing crashed, and everything
    /// was built.
    fn can_be_retried(&self) -> bool {
        self.begun == self.ended
            && self.failed == self.failing.len() as u64
            && (1..=RETRIED).contains(&self.failing.len())
    }

    /// Adds what a line such as `test result: ok. 3 passed; 1 failed; …`, `test a::b ... FAILED` or
    /// `SKIPPED: …` tells.
    fn read(&mut self, line: &str) {
        // With a single thread, a test's name stands on the same line.
        if let Some((_, why)) = line.split_once(SKIPPED) {
            self.skipped.push(why.trim_end().to_owned());
        }
        if line.starts_with("running ") {
            self.begun += 1;
        }
        let test = line.strip_prefix("test ");
        if let Some(name) = test.and_then(|test| test.trim_end().strip_suffix(" ... FAILED")) {
            self.failing.push(name.to_owned());
        }
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        self.ended += 1;
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
        for name in &self.unsteady {
            writeln!(
                f,
                "unsteady: {name} failed among the others and passed alone"
            )?;
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

    fn results(lines: &[&str]) -> Results {
        let mut results = Results::default();
        for line in lines {
            results.read(line);
        }
        results
    }

    const PASSED: &str = "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";
    const FAILED: &str = "test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n";

    #[test]
    fn results_of_all_binaries_add_up() {
        let results = results(&[
            "running 3 tests\n",
            "test a ... ok\n",
            PASSED,
            "running 14 tests\n",
            "test walk::b ... FAILED\n",
            "test c ... FAILED\n",
            FAILED,
            "the test result: ok. 9 passed; 9 failed",
        ]);
        assert_eq!((results.passed, results.failed), (15, 2));
        assert_eq!(results.failing, ["walk::b", "c"]);
        assert!(results.can_be_retried());
    }

    #[test]
    fn only_a_few_failures_that_have_names_are_retried() {
        for lines in [
            &["running 3 tests\n", PASSED] as &[&str],
            // Crashed.
            &[
                "running 14 tests\n",
                "test b ... FAILED\n",
                "test c ... FAILED\n",
                FAILED,
                "running 3 tests\n",
            ],
            // Not all of them are known.
            &["running 14 tests\n", "test b ... FAILED\n", FAILED],
            &[
                "running 14 tests\n",
                "test b ... FAILED\n",
                "test c ... FAILED\n",
                FAILED,
                "running 14 tests\n",
                "test d ... FAILED\n",
                "test e ... FAILED\n",
                FAILED,
            ],
        ] {
            assert!(!results(lines).can_be_retried(), "{lines:?}");
        }
    }

    /// Stands in for `cargo test`: one test fails among the others, and alone it ends like this.
    #[cfg(unix)]
    fn one_fails_and_then(alone: &str) -> Command {
        let script = format!(
            "if [ $# = 0 ]; then
                echo 'running 1 test'
                echo 'test a::b ... FAILED'
                echo 'test result: FAILED. 0 passed; 1 failed; 0 ignored'
                exit 1
            fi
            [ \"$*\" = '-- --test-threads=1 --exact a::b' ] || exit 2
            echo 'running 1 test'
            {alone}"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &script, "sh"]);
        command
    }

    #[cfg(unix)]
    #[test]
    fn what_fails_among_others_has_to_pass_alone() {
        let mut tally = Tally::default();
        let mut command = one_fails_and_then("echo 'test result: ok. 1 passed; 0 failed'");
        tally
            .cargo_test(&mut command, &mut io::sink())
            .expect("passes alone");
        assert_eq!((tally.passed, tally.failed), (1, 0));
        assert_eq!(tally.unsteady, ["a::b"]);
        for alone in [
            "echo 'test result: FAILED. 0 passed; 1 failed'; exit 1",
            "echo 'test result: ok. 0 passed; 0 failed'",
            "kill -9 $$",
        ] {
            let mut tally = Tally::default();
            let outcome = tally.cargo_test(&mut one_fails_and_then(alone), &mut io::sink());
            assert!(outcome.is_err(), "{alone}");
            assert_eq!((tally.passed, tally.failed), (0, 1), "{alone}");
            assert_eq!(tally.unsteady, [""; 0], "{alone}");
        }
    }

    #[test]
    fn what_was_skipped_or_unsteady_is_named() {
        let lines = [
            "SKIPPED: PostgreSQL: not installed\n",
            "test b ... SKIPPED: naughty strings: no file\n",
            "SKIPPED: PostgreSQL: not installed\n",
        ];
        let tally = Tally {
            passed: 5,
            failed: 0,
            skipped: results(&lines).skipped,
            unsteady: vec!["walk::c".to_owned()],
        };
        assert_eq!(
            tally.to_string(),
            "skipped (2): PostgreSQL: not installed\n\
             skipped (1): naughty strings: no file\n\
             unsteady: walk::c failed among the others and passed alone\n\
             2 passed, 0 failed, 3 skipped"
        );
    }
}
