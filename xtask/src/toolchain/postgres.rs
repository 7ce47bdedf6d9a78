//! PostgreSQL's server programs, for the tests with PostgreSQL.

use std::fs;

use anyhow::Result;

use super::debian;
use crate::step::already;

/// Finds PostgreSQL, else installs Debian's package. Without both, the tests with PostgreSQL are skipped.
///
/// # Errors
/// When the package can't be installed.
pub(crate) fn provide() -> Result<()> {
    if std::env::var_os("FLASHBLOG_TEST_POSTGRES_URL").is_some() {
        already("PostgreSQL: the server that FLASHBLOG_TEST_POSTGRES_URL names");
    } else if is_installed() {
        already("PostgreSQL: installed");
    } else if debian::can_install() {
        debian::install(&["postgresql"])?;
    } else {
        eprintln!(
            "==> NOT TESTED: PostgreSQL, which is not installed (Debian: `sudo apt-get install postgresql`)"
        );
    }
    Ok(())
}

/// Debian installs the server's programs outside PATH, in one folder for each version.
fn is_installed() -> bool {
    fs::read_dir("/usr/lib/postgresql").is_ok_and(|versions| {
        versions
            .flatten()
            .any(|version| version.path().join("bin/initdb").exists())
    })
}
