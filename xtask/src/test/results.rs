//! The results of one run of `cargo test`, read from its output.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;

/// A test that can't run on this machine prints this and the reason.
const SKIPPED: &str = "SKIPPED: ";
/// With more failures than this, none is retried: they are unlikely to be chance.
const MAX_RETRIED: usize = 3;

/// The results of one run of `cargo test`.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub(super) is_success: bool,
    /// As `cargo test` counts, skipped ones included.
    pub(super) passed: u64,
    pub(super) failed: u64,
    /// The reasons of tests that count as passed, but could not run.
    pub(super) skipped: Vec<String>,
    /// Names and reasons.
    pub(super) ignored: Vec<(String, String)>,
    /// The names of tests that failed.
    pub(super) failing: Vec<String>,
    /// Test binaries that began, and those that came to an end.
    begun: u64,
    ended: u64,
}

impl Results {
    pub(super) fn of(
        mut command: Command,
        arguments: &[String],
        out: &mut impl Write,
    ) -> Result<Self> {
        let mut results = Self::default();
        let mut child = command
            .arg("--")
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .context("cargo can't be started")?;
        let mut output = BufReader::new(child.stdout.take().context("piped above")?);
        let mut line = Vec::new();
        // Read as bytes, because a test may print something that isn't UTF-8.
        while output.read_until(b'\n', &mut line)? > 0 {
            out.write_all(&line)?;
            results.read(&String::from_utf8_lossy(&line));
            line.clear();
        }
        results.is_success = child.wait()?.success();
        Ok(results)
    }

    pub(super) fn check(&self, command: &Command) -> Result<()> {
        if !self.is_success {
            bail!("`{}` failed", process::line(command));
        }
        Ok(())
    }

    /// The number of tests that passed and were not skipped.
    pub(super) fn passed_unskipped(&self) -> u64 {
        self.passed.saturating_sub(self.skipped.len() as u64)
    }

    /// Whether only a few tests failed, all with known names: everything was built, and no test binary
    /// crashed.
    pub(super) fn can_be_retried(&self) -> bool {
        self.begun == self.ended
            && self.failed == self.failing.len() as u64
            && (1..=MAX_RETRIED).contains(&self.failing.len())
    }

    /// Adds the results of a line such as `test result: ok. 3 passed; 1 failed; …`,
    /// `test a::b ... FAILED` or `SKIPPED: …`.
    fn read(&mut self, line: &str) {
        let line = line.trim_end();
        // With a single thread, the test's name is on the same line.
        if let Some((_, reason)) = line.split_once(SKIPPED) {
            self.skipped.push(reason.to_owned());
        } else if line.starts_with("running ") {
            self.begun += 1;
        } else if let Some(result) = line.strip_prefix("test result: ") {
            self.ended += 1;
            let words: Vec<&str> = result.split([' ', ';']).collect();
            for pair in words.windows(2) {
                match (pair[0].parse::<u64>(), pair[1]) {
                    (Ok(number), "passed") => self.passed += number,
                    (Ok(number), "failed") => self.failed += number,
                    _ => {}
                }
            }
        } else if let Some(test) = line.strip_prefix("test ") {
            if let Some(name) = test.strip_suffix(" ... FAILED") {
                self.failing.push(name.to_owned());
            } else if let Some((name, reason)) = test.split_once(" ... ignored, ") {
                self.ignored.push((name.to_owned(), reason.to_owned()));
            }
        }
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
            // The second binary crashed.
            &[
                "running 14 tests\n",
                "test b ... FAILED\n",
                "test c ... FAILED\n",
                FAILED,
                "running 3 tests\n",
            ],
            // The name of the second failure is unknown.
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
}
