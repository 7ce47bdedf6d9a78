//! What the browser tests share: the site as it is released, a real browser, a front that injects
//! faults between them, a tour of every page and state, an audit of what it shows, and scales.
//!
//! `cargo xtask test` sets the environment that these need.

pub mod audit;
pub mod browser;
pub mod faulty_front;
pub mod process;
pub mod site;
pub mod tour;
pub mod weight;

use std::path::PathBuf;

use anyhow::Context;

/// A path that `cargo xtask test` provides.
///
/// # Errors
/// When it does not.
pub fn provided(variable: &str) -> anyhow::Result<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .with_context(|| {
            format!("{variable} is not set; run the browser tests by `cargo xtask test`")
        })
}
