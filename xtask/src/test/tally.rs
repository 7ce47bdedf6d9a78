//! Adding up the results of all runs of `cargo test`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::process::Command;

use anyhow::Result;

use super::results::Results;
use crate::step::step;

/// Names the folder of test data from outside the repository. A test that reads it is ignored, for
/// a reason that contains this name.
pub(super) const TEST_DATA: &str = "FLASHBLOG_TEST_DATA";
/// The reason of an ignored test begins with this if another test starts it.
const PART_OF_A_TEST: &str = "started by ";
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
