//! trunk and wasm-bindgen, compiled once per user and version.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, bail};

use super::cache::Cache;
use crate::process;
use crate::step::{already, step};
use crate::workspace::Workspace;

/// The newest that the workspace's Rust compiles.
const TRUNK: &str = "0.21.14";

/// A program that `cargo install` builds.
struct CargoTool {
    name: &'static str,
    version: String,
    /// The programs that are needed of it; each tells its version with `--version`.
    programs: &'static [&'static str],
    /// For `cargo install`.
    arguments: &'static [&'static str],
    /// How far it is optimised: what runs for seconds need not compile for minutes.
    opt_level: &'static str,
}

/// Folders for PATH, and the versions in one line.
pub(super) fn provide(workspace: &Workspace, cache: &Cache) -> Result<(Vec<PathBuf>, String)> {
    let wasm_bindgen = workspace.crate_version("wasm-bindgen")?;
    let versions = format!("trunk {TRUNK}, wasm-bindgen {wasm_bindgen}");
    let tools = [
        CargoTool {
            name: "trunk",
            version: TRUNK.to_owned(),
            programs: &["trunk"],
            arguments: &["--locked", "--no-default-features"],
            opt_level: "0",
        },
        CargoTool {
            name: "wasm-bindgen-cli",
            version: wasm_bindgen,
            programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
            // No --locked: its lock file may name versions that a registry's mirror lacks.
            arguments: &["--no-default-features"],
            opt_level: "1",
        },
    ];

    let mut folders = Vec::new();
    let mut missing = Vec::new();
    for tool in &tools {
        if tool.is_on_path() {
            already(&format!("{} {}: found on PATH", tool.name, tool.version));
            continue;
        }
        let folder = cache.join(tool.folder());
        if folder.is_dir() {
            already(&format!("{} {}: in the cache", tool.name, tool.version));
        } else {
            missing.push(tool);
        }
        folders.push(folder.join("bin"));
    }
    install(&missing, cache)?;
    Ok((folders, versions))
}

/// Compiles the tools side by side: one's linking leaves cores to the other's crates.
fn install(tools: &[&CargoTool], cache: &Cache) -> Result<()> {
    let results: Vec<Result<()>> = thread::scope(|scope| {
        let installs: Vec<_> = tools
            .iter()
            .map(|tool| {
                let what = format!("compiling {} {}, once per user", tool.name, tool.version);
                scope.spawn(move || step(&what, || tool.install(cache)))
            })
            .collect();
        installs
            .into_iter()
            .map(|install| match install.join() {
                Ok(result) => result,
                Err(_) => bail!("an install panicked"),
            })
            .collect()
    });
    results.into_iter().collect()
}

impl CargoTool {
    /// Inside the cache; one per version, so that checkouts with other versions don't quarrel.
    fn folder(&self) -> PathBuf {
        Path::new("tools").join(format!("{}-{}", self.name, self.version))
    }

    fn is_on_path(&self) -> bool {
        self.programs.iter().all(|program| {
            process::find_on_path(program).is_some()
                && process::capture(Command::new(program).arg("--version"))
                    .is_ok_and(|output| tells_version(&output, &self.version))
        })
    }

    /// Installs elsewhere and moves the finished folder into its place, so that an
    /// interrupted install never looks like a finished one.
    fn install(&self, cache: &Cache) -> Result<()> {
        let folder = cache.join(self.folder());
        let unfinished = cache.join("build").join(format!("{}.installed", self.name));
        // Kept when interrupted: the next try goes on where this one ended.
        let build = cache.join("build").join(self.name);
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir_all(cache.join("build"))?;
        fs::create_dir_all(cache.join("tools"))?;

        let mut cargo = Command::new("cargo");
        cargo
            .args(["install", self.name, "--version", &self.version])
            .args(["--debug", "--force", "--no-track"])
            .args(self.arguments)
            .arg("--root")
            .arg(&unfinished)
            .arg("--target-dir")
            .arg(&build)
            // Outside the workspace: its Cargo configuration is none of the tools' business.
            .current_dir(cache.join("build"))
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", self.opt_level)
            .env("CARGO_INCREMENTAL", "0");
        process::forget_cargo_run(&mut cargo);
        process::forget_spa_variables(&mut cargo);
        self.run_with_prefix(&mut cargo)?;

        fs::rename(&unfinished, &folder)
            .with_context(|| format!("can't move {} into place", self.name))?;
        fs::remove_dir_all(&build).context("tidying up after the install")
    }

    /// Two installs report at once: each line says whose it is.
    fn run_with_prefix(&self, command: &mut Command) -> Result<()> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .context("cargo can't be started: install Rust with rustup")?;
        if let Some(output) = child.stderr.take() {
            for line in BufReader::new(output).lines() {
                eprintln!("    [{}] {}", self.name, line?.trim_start());
            }
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("`{}` failed ({status})", process::line(command));
        }
        Ok(())
    }
}

/// Whether `wasm-bindgen 0.2.130 (…)` or `trunk 0.21.14` tells exactly `version`.
fn tells_version(output: &str, version: &str) -> bool {
    output.split_whitespace().nth(1) == Some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exact_version_fits() {
        assert!(tells_version("trunk 0.21.14", "0.21.14"));
        assert!(tells_version("wasm-bindgen 0.2.130 (abc)", "0.2.130"));
        assert!(!tells_version("wasm-bindgen 0.2.13", "0.2.130"));
        assert!(!tells_version("", "0.2.130"));
    }
}
