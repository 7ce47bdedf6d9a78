//! Shared parts of the browser tests: the site, a real browser, a proxy between them that injects faults,
//! a list of all views, axe-core, and the size of a first visit.
//!
//! `cargo xtask test` sets the environment variables that they need.

pub mod axe;
pub mod browser;
pub mod fault_proxy;
pub mod own_site;
pub mod page_weight;
pub mod process;
pub mod site;
pub mod views;

use std::path::PathBuf;

use anyhow::Context;

/// The value of an environment variable that `cargo xtask test` sets.
///
/// # Errors
/// When it is not set.
pub fn provided(variable: &str) -> anyhow::Result<PathBuf> {
    std::env::var_os(variable)
        .map(PathBuf::from)
        .with_context(|| {
            format!("{variable} is not set; run the browser tests by `cargo xtask test`")
        })
}
