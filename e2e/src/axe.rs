//! axe-core, run inside the page: the accessibility checks that a program can do.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::browser::Browser;

/// Installed by `cargo xtask` in the version of `frontend/package-lock.json`.
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../frontend/node_modules/axe-core/axe.min.js"
);

/// All rules for WCAG 2.2 at level AA, and axe's best practices. The rule for the size of targets (WCAG
/// 2.5.8) is off by default.
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}})
        .then(results => done(results.violations), error => done(String(error)))";

/// The rules that the page violates: a line for each element, with the rule, the element's selector and
/// the remedy.
///
/// # Errors
/// When axe-core is not installed or can't run in this page.
pub async fn violations(browser: &Browser) -> anyhow::Result<Vec<String>> {
    if browser.run("return typeof axe").await? == "undefined" {
        let source = fs::read_to_string(Path::new(AXE))
            .context("axe-core is not installed; run `cargo xtask build`")?;
        browser.run(&source).await?;
    }
    let found = browser.client().execute_async(RUN, Vec::new()).await?;
    ensure!(found.is_array(), "axe-core failed: {found}");
    let mut lines = Vec::new();
    for violation in items(&found) {
        for node in items(&violation["nodes"]) {
            lines.push(format!(
                "{} at {}: {}",
                violation["id"].as_str().unwrap_or_default(),
                node["target"],
                node["failureSummary"]
                    .as_str()
                    .unwrap_or_default()
                    .replace('\n', " ")
            ));
        }
    }
    Ok(lines)
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
