//! Lighthouse over the pages that people land on, as a middling phone on a slow network has them.
//! `cargo xtask lighthouse` runs it; the reports are in `target/lighthouse`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};
use e2e::provided;
use e2e::site::Site;
use serde_json::Value;
use tokio::process::Command;

/// Where `cargo xtask lighthouse` installs what `e2e/package-lock.json` names.
const LIGHTHOUSE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/node_modules/lighthouse/cli/index.js"
);
const PAGES: [(&str, &str); 5] = [
    ("home", "/"),
    ("blogs", "/blogs"),
    ("post", "/blogs/a-session-is-a-signature"),
    ("contact", "/contact"),
    ("about", "/about"),
];
/// Each has to score 100. Performance depends on the machine and is told only; its goal is 95.
const ASSERTED: [&str; 3] = ["accessibility", "best-practices", "seo"];
const TIMINGS: [&str; 4] = [
    "first-contentful-paint",
    "largest-contentful-paint",
    "total-blocking-time",
    "cumulative-layout-shift",
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(
        std::env::args()
            .nth(1)
            .context("usage: lighthouse FOLDER")?,
    );
    fs::create_dir_all(&folder)?;
    let site = Site::start().await?;
    let mut faults = Vec::new();
    println!(
        "| Page | Performance | Accessibility | Best practices | SEO | First paint | Largest paint | Blocked | Shift |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (name, path) in PAGES {
        let report = look(&format!("{}{path}", site.origin()), &folder.join(name)).await?;
        let mut row = format!("| {name} | {}", score(&report, "performance")?);
        for category in ASSERTED {
            let score = score(&report, category)?;
            row.push_str(&format!(" | {score}"));
            if score < 100 {
                faults.push(format!(
                    "{name}: {category} {score}: {}",
                    failed(&report, category)
                ));
            }
        }
        for timing in TIMINGS {
            let shown = report["audits"][timing]["displayValue"].as_str();
            row.push_str(&format!(" | {}", shown.unwrap_or("?")));
        }
        println!("{row} |");
    }
    println!("reports are in {}", folder.display());
    ensure!(faults.is_empty(), "not 100:\n{}", faults.join("\n"));
    Ok(())
}

/// Lighthouse's report on an address, which it also leaves as `<file>.report.html`.
async fn look(address: &str, file: &Path) -> anyhow::Result<Value> {
    let status = Command::new("node")
        .args([
            LIGHTHOUSE,
            address,
            "--quiet",
            "--no-enable-error-reporting",
        ])
        .args(["--output=json", "--output=html"])
        .arg(format!("--output-path={}", file.display()))
        .arg("--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage")
        .env("CHROME_PATH", provided("CHROMIUM")?)
        .stdin(Stdio::null())
        .status()
        .await
        .context("node can't be started")?;
    ensure!(status.success(), "lighthouse failed on {address}");
    let report = format!("{}.report.json", file.display());
    let report = fs::read(&report).with_context(|| format!("reading {report}"))?;
    Ok(serde_json::from_slice(&report)?)
}

/// From 0 to 100.
fn score(report: &Value, category: &str) -> anyhow::Result<u32> {
    let score = report["categories"][category]["score"]
        .as_f64()
        .with_context(|| format!("lighthouse gave no score for {category}"))?;
    Ok((score * 100.0).round() as u32)
}

/// The audits that keep a category from 100.
fn failed(report: &Value, category: &str) -> String {
    let audits = report["categories"][category]["auditRefs"].as_array();
    let failed: Vec<&str> = audits
        .into_iter()
        .flatten()
        .filter(|audit| audit["weight"].as_f64() > Some(0.0))
        .filter_map(|audit| audit["id"].as_str())
        .filter(|id| {
            report["audits"][id]["score"]
                .as_f64()
                .is_some_and(|score| score < 1.0)
        })
        .collect();
    failed.join(", ")
}
