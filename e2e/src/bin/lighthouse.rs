//! Measures the main pages with Lighthouse, which simulates a mid-range phone on a slow network.
//! `cargo xtask lighthouse` runs it; the reports are in `target/lighthouse`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, ensure};
use e2e::provided;
use e2e::site::Site;
use serde_json::Value;
use tokio::process::Command;

/// `cargo xtask lighthouse` installs it in the version of `e2e/package-lock.json`.
const LIGHTHOUSE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/node_modules/lighthouse/cli/index.js"
);
const PAGES: [(&str, &str); 6] = [
    ("home", "/"),
    ("blogs", "/blogs"),
    ("post", "/blogs/a-session-is-a-signature"),
    ("contact", "/contact"),
    ("about", "/about"),
    ("search", SEARCH),
];
const SEARCH: &str = "/search?q=session";
/// Several runs of each page, because times vary with the load of the machine.
const RUNS: usize = 5;
/// How often Lighthouse is started at most for one report. At times it loses its trace, and asks to be run again.
const STARTS: u32 = 3;
/// Each category has to score 100 in every run. Performance depends on the machine and is only printed.
const ASSERTED: [&str; 3] = ["accessibility", "best-practices", "seo"];
/// All are in milliseconds, except the last.
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
    println!("Medians of {RUNS} runs, and the performance of each.\n");
    println!(
        "| Page | Performance | Accessibility | Best practices | SEO | First paint | Largest paint | Blocked | Shift | Runs |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
    for (name, path) in PAGES {
        let mut reports = Vec::new();
        for _ in 0..RUNS {
            let address = format!("{}{path}", site.origin());
            reports.push(measure(&address, &folder.join(name)).await?);
        }
        println!("{}", row(name, &reports, &mut faults)?);
    }
    println!("\nThe last report of each page is in {}", folder.display());
    ensure!(faults.is_empty(), "not 100:\n{}", faults.join("\n"));
    Ok(())
}

/// The table's row for the reports on a page. Adds each score below 100 to `faults`.
fn row(name: &str, reports: &[Value], faults: &mut Vec<String>) -> anyhow::Result<String> {
    let scores = |category: &str| -> anyhow::Result<Vec<f64>> {
        let scores = reports.iter().map(|report| score(report, category));
        scores.collect()
    };
    let performance = scores("performance")?;
    let mut row = format!("| {name} | {:.0}", median(performance.clone()));
    for category in ASSERTED {
        let worst = scores(category)?.into_iter().fold(100.0, f64::min);
        row.push_str(&format!(" | {worst:.0}"));
        for report in reports {
            let score = score(report, category)?;
            if score < 100.0 {
                let failed = failed(report, category);
                faults.push(format!("{name}: {category} {score:.0}: {failed}"));
            }
        }
    }
    for timing in TIMINGS {
        let values = reports.iter().map(|report| {
            let value = report["audits"][timing]["numericValue"].as_f64();
            value.with_context(|| format!("lighthouse did not measure {timing}"))
        });
        let median = median(values.collect::<anyhow::Result<_>>()?);
        row.push_str(&match timing {
            "cumulative-layout-shift" => format!(" | {median:.3}"),
            _ => format!(" | {median:.0} ms"),
        });
    }
    let runs: Vec<String> = performance.iter().map(|it| format!("{it:.0}")).collect();
    Ok(format!("{row} | {} |", runs.join(", ")))
}

/// The median of an odd number of values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Lighthouse's report on an address. It is also written to `<file>.report.html`.
async fn measure(address: &str, file: &Path) -> anyhow::Result<Value> {
    let mut starts = 1;
    while !is_measured(address, file).await? {
        ensure!(starts < STARTS, "lighthouse failed on {address}");
        starts += 1;
    }
    let report = format!("{}.report.json", file.display());
    let report = fs::read(&report).with_context(|| format!("reading {report}"))?;
    Ok(serde_json::from_slice(&report)?)
}

/// Runs Lighthouse once. Returns whether it wrote its reports.
async fn is_measured(address: &str, file: &Path) -> anyhow::Result<bool> {
    let status = Command::new("node")
        .args([
            LIGHTHOUSE,
            address,
            "--quiet",
            "--no-enable-error-reporting",
        ])
        .args(["--output=json", "--output=html"])
        .arg(format!("--output-path={}", file.display()))
        // Search results have `noindex`, which this audit of the SEO category counts as a fault.
        .args(
            address
                .ends_with(SEARCH)
                .then_some("--skip-audits=is-crawlable"),
        )
        .arg("--chrome-flags=--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage")
        .env("CHROME_PATH", provided("CHROMIUM")?)
        .stdin(Stdio::null())
        .status()
        .await
        .context("node can't be started")?;
    Ok(status.success())
}

/// The score of a category, from 0 to 100.
fn score(report: &Value, category: &str) -> anyhow::Result<f64> {
    let score = report["categories"][category]["score"]
        .as_f64()
        .with_context(|| format!("lighthouse gave no score for {category}"))?;
    Ok((score * 100.0).round())
}

/// The audits that a category failed.
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
