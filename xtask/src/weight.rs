//! `cargo xtask weight`: what a first visit weighs, written to `docs/benchmarks.md`.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::step::step;
use crate::toolchain::Toolchain;
use crate::toolchain::browser::Browser;
use crate::workspace::Workspace;
use crate::{backend, process, spa};

/// What stands between these lines is written by this command.
const BEGIN: &str = "<!-- cargo xtask weight writes from here -->\n";
const END: &str = "<!-- to here -->\n";

/// Builds the site, weighs its files as a browser loads them and asks wasm-opt what is in the app.
pub(crate) fn weight(workspace: &Workspace) -> Result<()> {
    let toolchain = Toolchain::provide(workspace)?;
    spa::build(workspace, &toolchain)?;
    let server = backend::build_release(workspace)?;
    let browser = Browser::provide()?;
    let files = step("weighing a first visit", || {
        let output = process::cargo(workspace)
            .args(["run", "--quiet", "--package", "e2e", "--bin", "weight"])
            .env("FLASHBLOG_BIN", &server)
            .env("FLASHBLOG_ASSETS", workspace.dist())
            .env("CHROMIUM", &browser.chromium)
            .env("CHROMEDRIVER", &browser.driver)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(output.status.success(), "weighing failed");
        Ok(String::from_utf8(output.stdout)?)
    })?;
    let account = process::capture(
        toolchain
            .command(workspace, "wasm-opt")?
            .arg("--metrics")
            .arg(wasm(workspace)?)
            .args(["--all-features", "--output", "/dev/null"]),
    )?;
    let account = parts(&account);
    print!("{files}\n{account}");

    let path = workspace.root.join("docs/benchmarks.md");
    let before = fs::read_to_string(&path).context("reading docs/benchmarks.md")?;
    let section = format!("\n{files}\nwasm-opt's account of the app:\n\n```text\n{account}```\n\n");
    let after = replaced(&before, &section)
        .with_context(|| format!("docs/benchmarks.md lacks the line {BEGIN}"))?;
    fs::write(&path, after).context("writing docs/benchmarks.md")
}

fn wasm(workspace: &Workspace) -> Result<PathBuf> {
    for entry in fs::read_dir(workspace.dist()).context("reading frontend/dist")? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            return Ok(path);
        }
    }
    anyhow::bail!("frontend/dist holds no .wasm file")
}

/// The lines on the module's parts, without those on each kind of instruction.
fn parts(metrics: &str) -> String {
    metrics
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('['))
        .map(|line| {
            format!(
                "{}\n",
                line.split_whitespace().collect::<Vec<_>>().join(" ")
            )
        })
        .collect()
}

/// The document with another section between the two lines; none where it lacks them.
fn replaced(document: &str, section: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{section}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_replaced_and_all_else_stays() {
        let document = format!("a\n{BEGIN}old\n{END}b\n");
        let after = replaced(&document, "new\n").expect("both lines");
        assert_eq!(after, format!("a\n{BEGIN}new\n{END}b\n"));
        assert_eq!(replaced(&after, "new\n"), Some(after));
        assert_eq!(replaced("a\n", "new\n"), None);
    }

    #[test]
    fn the_account_tells_of_parts_only() {
        let metrics = "Metrics\ntotal\n [funcs]        : 2265    \n Binary         : 20170   \n";
        assert_eq!(parts(metrics), "[funcs] : 2265\n");
    }
}
