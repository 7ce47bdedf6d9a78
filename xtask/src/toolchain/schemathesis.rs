//! Schemathesis, which tests a running API against its own description. It is a Python program and is
//! installed into the cache.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use super::{Cache, debian};
use crate::process;
use crate::step::{already, step};

const VERSION: &str = "4.32.5";

/// The program in the cache, installed if it is missing. `None` without Python to run it.
///
/// # Errors
/// When it can't be installed.
pub(crate) fn provide() -> Result<Option<PathBuf>> {
    let Some(python) = process::find_on_path("python3") else {
        return Ok(None);
    };
    let cache = Cache::open()?;
    let _one_at_a_time = cache.lock()?;
    let folder = cache.join("tools").join(format!("schemathesis-{VERSION}"));
    let program = folder.join("bin").join("schemathesis");
    // Written last, so that an interrupted install never looks like a finished one. The folder can't be
    // moved into place instead, since its programs contain its path.
    let finished = folder.join("finished");
    if finished.is_file() {
        already(&format!("schemathesis {VERSION}: in the cache"));
        return Ok(Some(program));
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let can_make_environments =
        || process::capture(Command::new(&python).args(["-c", "import ensurepip, venv"])).is_ok();
    if !can_make_environments() && debian::can_install() {
        debian::install(&["python3-venv"])?;
    }
    if !can_make_environments() {
        bail!(
            "the API's contract is tested with a Python program, which needs the modules venv and ensurepip (Debian: `sudo apt-get install python3-venv`)"
        );
    }
    step(&format!("installing schemathesis {VERSION}"), || {
        process::run(Command::new(&python).args(["-m", "venv"]).arg(&folder))?;
        process::run(
            Command::new(folder.join("bin").join("python"))
                .args(["-m", "pip", "install", "--quiet"])
                .args(["--disable-pip-version-check"])
                .arg(format!("schemathesis=={VERSION}")),
        )?;
        fs::write(&finished, "")?;
        Ok(Some(program))
    })
}
