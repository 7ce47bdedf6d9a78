//! `cargo xtask test`: format, lints, tests on the host, the API's contract, tests in a real browser.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
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

    let component_tests = component_tests(workspace)?;
    if !component_tests.is_empty() {
        step("testing components in the browser", || {
            let mut command = toolchain.command(workspace, "cargo")?;
            command.args(["test", "--package", "flashblog-frontend", "--no-fail-fast"]);
            command.args(["--target", "wasm32-unknown-unknown"]);
            for name in &component_tests {
                command.args(["--test", name]);
            }
            let capabilities = workspace.target.join("webdriver.json");
            fs::write(&capabilities, capabilities_of(&browser.chromium))?;
            command
                .env(
                    "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
                    "wasm-bindgen-test-runner",
                )
                .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &capabilities)
                .env("CHROMEDRIVER", &browser.driver);
            tally.cargo_test(&mut command)
        })?;
    }
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

/// Names of the SPA's test targets that run inside a browser.
fn component_tests(workspace: &Workspace) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let Ok(entries) = fs::read_dir(workspace.frontend().join("tests")) else {
        return Ok(names);
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && fs::read_to_string(&path)?.contains("wasm_bindgen_test")
            && let Some(name) = path.file_stem()
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// WebDriver capabilities under which Chromium starts anywhere, containers and root included.
fn capabilities_of(chromium: &Path) -> String {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    let options = BTreeMap::from([
        ("args", serde_json::json!(arguments)),
        ("binary", serde_json::json!(chromium)),
    ]);
    serde_json::json!({ "goog:chromeOptions": options }).to_string()
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

    #[test]
    fn capabilities_name_the_browser_as_json() {
        let text = capabilities_of(Path::new("/opt/a \"b\"/chrome"));
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let options = &json["goog:chromeOptions"];
        assert_eq!(options["binary"], "/opt/a \"b\"/chrome");
        assert_eq!(options["args"][0], "--headless=new");
    }
}
