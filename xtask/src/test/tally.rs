//! Counting the results of `cargo test`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::step::step;

/// A test that can't run on this machine prints this and the reason.
const SKIPPED: &str = "SKIPPED: ";
/// Names the folder of test data from outside the repository. A test that reads it is ignored, for
/// a reason that contains this name.
pub(super) const TEST_DATA: &str = "FLASHBLOG_TEST_DATA";
/// The reason of an ignored test begins with this if another test starts it.
const PART_OF_A_TEST: &str = "started by ";
/// With more failures than this, none is retried: they are unlikely to be chance.
const MAX_RETRIED: usize = 3;

/// The results so far. Each test counts in one of the four groups.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) passed: u64,
    failed: u64,
    /// The reason of each test that could not run.
    pub(super) skipped: Vec<String>,
    /// The names of tests that failed among the others and passed alone.
    flaky: Vec<String>,
}

impl Tally {
    /// Runs `command`, a `cargo test`, with `arguments` for the tests. Copies its output to `out` and
    /// counts its results.
    ///
    /// If only a few tests fail, they run once more, alone: on a busy machine a browser can be slower
    /// than the timeouts. Tests that read [`TEST_DATA`] run too if `has_data`.
    pub(super) fn cargo_test(
        &mut self,
        command: &dyn Fn() -> Command,
        arguments: &[String],
        has_data: bool,
        out: &mut impl Write,
    ) -> Result<()> {
        let results = Results::of(command(), arguments, out)?;
        self.passed += results.passed_unskipped();
        self.skipped.extend(results.skipped.iter().cloned());
        let outcome = if results.is_success {
            Ok(())
        } else {
            self.retry(command, &results, out)
        };
        let mut data_tests = Vec::new();
        for (name, reason) in results.ignored {
            if has_data && reason.contains(TEST_DATA) {
                data_tests.push(name);
            } else if !reason.starts_with(PART_OF_A_TEST) {
                self.skipped.push(reason);
            }
        }
        outcome?;
        if data_tests.is_empty() {
            return Ok(());
        }
        let with_data = step("testing with the data of FLASHBLOG_TEST_DATA", || {
            Results::of(command(), &exactly("--ignored", &data_tests), out)
        })?;
        self.passed += with_data.passed_unskipped();
        self.failed += with_data.failed;
        with_data.check(&command())
    }

    fn retry(
        &mut self,
        command: &dyn Fn() -> Command,
        results: &Results,
        out: &mut impl Write,
    ) -> Result<()> {
        if results.can_be_retried() {
            let names = results.failing.join(", ");
            let again = step(&format!("once more, alone: {names}"), || {
                let alone = exactly("--test-threads=1", &results.failing);
                Results::of(command(), &alone, out)
            })?;
            if again.is_success && again.passed >= results.failed {
                self.flaky.extend(results.failing.iter().cloned());
                return Ok(());
            }
        }
        self.failed += results.failed;
        results.check(&command())
    }
}

/// Arguments that select the tests of these names.
fn exactly(option: &str, names: &[String]) -> Vec<String> {
    let options = [option, "--exact"].map(str::to_owned);
    options.into_iter().chain(names.iter().cloned()).collect()
}

/// The results of one run of `cargo test`.
#[derive(Debug, Default)]
struct Results {
    is_success: bool,
    /// As `cargo test` counts, skipped ones included.
    passed: u64,
    failed: u64,
    /// The reasons of tests that count as passed, but could not run.
    skipped: Vec<String>,
    /// Names and reasons.
    ignored: Vec<(String, String)>,
    /// The names of tests that failed.
    failing: Vec<String>,
    /// Test binaries that began, and those that came to an end.
    begun: u64,
    ended: u64,
}

impl Results {
    fn of(mut command: Command, arguments: &[String], out: &mut impl Write) -> Result<Self> {
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

    fn check(&self, command: &Command) -> Result<()> {
        if !self.is_success {
            bail!("`{}` failed", process::line(command));
        }
        Ok(())
    }

    /// The number of tests that passed and were not skipped.
    fn passed_unskipped(&self) -> u64 {
        self.passed.saturating_sub(self.skipped.len() as u64)
    }

    /// Whether only a few tests failed, all with known names: everything was built, and no test binary
    /// crashed.
    fn can_be_retried(&self) -> bool {
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

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut reasons = BTreeMap::new();
        for reason in &self.skipped {
            *reasons.entry(reason).or_insert(0) += 1;
        }
        for (reason, times) in reasons {
            writeln!(f, "skipped ({times}): {reason}")?;
        }
        for name in &self.flaky {
            writeln!(f, "flaky: {name} failed among the others and passed alone")?;
        }
        write!(
            f,
            "{} passed, {} failed, {} skipped, {} flaky",
            self.passed,
            self.failed,
            self.skipped.len(),
            self.flaky.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use std::io;

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

    /// Counts the results of a shell script instead of `cargo test`. It gets the arguments after `--`.
    #[cfg(unix)]
    fn tally(script: &str, has_data: bool) -> (Tally, Result<()>) {
        let mut tally = Tally::default();
        let command = || {
            let mut command = Command::new("sh");
            command.args(["-c", script, "sh"]);
            command
        };
        let outcome = tally.cargo_test(&command, &[], has_data, &mut io::sink());
        (tally, outcome)
    }

    #[cfg(unix)]
    #[test]
    fn a_test_that_fails_among_others_has_to_pass_alone() {
        let one_fails_and_then = |alone: &str| {
            format!(
                "echo 'running 1 test'
                if [ $# = 1 ]; then
                    echo 'test a::b ... FAILED'
                    echo 'test result: FAILED. 0 passed; 1 failed; 0 ignored'
                    exit 1
                fi
                [ \"$*\" = '-- --test-threads=1 --exact a::b' ] || exit 2
                {alone}"
            )
        };
        let alone = "echo 'test result: ok. 1 passed; 0 failed'";
        let (flaky, outcome) = tally(&one_fails_and_then(alone), false);
        outcome.expect("passes alone");
        assert_eq!(
            flaky.to_string(),
            "flaky: a::b failed among the others and passed alone\n\
             0 passed, 0 failed, 0 skipped, 1 flaky"
        );
        for alone in [
            "echo 'test result: FAILED. 0 passed; 1 failed'; exit 1",
            "echo 'test result: ok. 0 passed; 0 failed'",
            "kill -9 $$",
        ] {
            let (failed, outcome) = tally(&one_fails_and_then(alone), false);
            assert!(outcome.is_err(), "{alone}");
            assert_eq!(
                failed.to_string(),
                "0 passed, 1 failed, 0 skipped, 0 flaky",
                "{alone}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn tests_of_outside_data_run_where_it_is_and_are_skipped_elsewhere() {
        let script = "
            echo 'running 3 tests'
            if [ $# = 1 ]; then
                echo 'test a::b ... ignored, reads FLASHBLOG_TEST_DATA'
                echo 'test c ... ignored, started by the next test'
                echo 'test result: ok. 1 passed; 0 failed; 2 ignored'
                exit
            fi
            [ \"$*\" = '-- --ignored --exact a::b' ] || exit 2
            echo 'test result: ok. 1 passed; 0 failed; 0 ignored'";
        for (has_data, said) in [
            (true, "2 passed, 0 failed, 0 skipped, 0 flaky"),
            (
                false,
                "skipped (1): reads FLASHBLOG_TEST_DATA\n1 passed, 0 failed, 1 skipped, 0 flaky",
            ),
        ] {
            let (tally, outcome) = tally(script, has_data);
            outcome.expect("all pass");
            assert_eq!(tally.to_string(), said);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_test_that_prints_a_reason_is_skipped() {
        let script = "
            echo 'running 5 tests'
            echo 'SKIPPED: PostgreSQL: not installed'
            echo 'test b ... SKIPPED: naughty strings: no file'
            echo 'SKIPPED: PostgreSQL: not installed'
            echo 'test result: ok. 5 passed; 0 failed'";
        assert_eq!(
            tally(script, false).0.to_string(),
            "skipped (2): PostgreSQL: not installed\n\
             skipped (1): naughty strings: no file\n\
             2 passed, 0 failed, 3 skipped, 0 flaky"
        );
    }
}
