//! Chromium and its driver, for the tests.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::debian;
use crate::process;
use crate::step::already;

const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const DRIVER: &str = "chromedriver";

/// A browser of the Chromium family and the WebDriver server that controls it.
pub(crate) struct Browser {
    /// Absolute path.
    pub(crate) chromium: PathBuf,
    /// Absolute path.
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Finds them on PATH, else installs Debian's packages.
    ///
    /// # Errors
    /// When they are missing and can't be installed here: one line with the command that would help.
    pub(crate) fn provide() -> Result<Self> {
        if let Some(browser) = Self::find() {
            already(&format!("browser: {}", browser.chromium.display()));
            return Ok(browser);
        }
        if debian::can_install() {
            debian::install(&["chromium", "chromium-driver"])?;
        }
        match Self::find() {
            Some(browser) => Ok(browser),
            None => bail!(
                "the browser tests need {} and {DRIVER} on PATH (Debian: `sudo apt-get install chromium chromium-driver`)",
                BROWSERS.join(" or ")
            ),
        }
    }

    fn find() -> Option<Self> {
        Some(Self {
            chromium: BROWSERS
                .iter()
                .find_map(|name| process::find_on_path(name))?,
            driver: process::find_on_path(DRIVER)?,
        })
    }
}
