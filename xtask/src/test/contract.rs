//! Tests the API against its own description: schemathesis sends valid and invalid requests to every
//! operation, and the description has to cover each answer.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::backend::Server;
use crate::process;
use crate::toolchain::schemathesis;

/// Why the test is skipped.
pub(super) const NOT_TESTED: &str = "the API's contract: there is no python3 on PATH";

const HOOKS: &str = include_str!("contract_hooks.py");

/// Starts the server and tests it. False if Python is missing, which schemathesis needs.
///
/// # Errors
/// When the API and its description disagree.
pub(super) fn test(server: &Path) -> Result<bool> {
    let Some(schemathesis) = schemathesis::provide()? else {
        eprintln!("==> NOT TESTED: {NOT_TESTED}");
        return Ok(false);
    };
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("contract_hooks.py"), HOOKS)?;
    // Rates so high that no request gets a 429.
    let server = Server::start(Command::new(server).current_dir(&folder).args([
        "--contact-rate",
        "1000/s",
        "--session-rate",
        "1000/s",
        "--log",
        "warn",
    ]))?;
    process::run(
        Command::new(schemathesis)
            .current_dir(&folder)
            .env("SCHEMATHESIS_HOOKS", "contract_hooks")
            .arg("run")
            .arg(format!("http://{}/api/v1/openapi.json", server.address))
            .args(["--checks", "all", "--max-examples", "40"])
            .args(["--seed", "1", "--generation-database", "none"])
            .arg("--no-color"),
    )?;
    Ok(true)
}
