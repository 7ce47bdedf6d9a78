//! trunk and wasm-bindgen, installed once per user and version.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

use super::cache::Cache;
use crate::process;
use crate::step::{already, step};
use crate::workspace::Workspace;

/// The newest version that the workspace's Rust compiles.
const TRUNK: &str = "0.21.14";

/// A program that `cargo install` builds.
struct CargoTool {
    name: &'static str,
    version: String,
    /// Prints its version with `--version`.
    program: &'static str,
    /// For `cargo install`.
    arguments: &'static [&'static str],
    /// Low, because a tool that runs for seconds must not take minutes to compile.
    opt_level: &'static str,
}

/// Installs missing tools. Returns their folders for PATH, and the versions in one line.
pub(super) fn provide(workspace: &Workspace, cache: &Cache) -> Result<(Vec<PathBuf>, String)> {
    let wasm_bindgen = workspace.crate_version("wasm-bindgen")?;
    let versions = format!("trunk {TRUNK}, wasm-bindgen {wasm_bindgen}");
    let tools = [
        CargoTool {
            name: "trunk",
            version: TRUNK.to_owned(),
            program: "trunk",
            arguments: &["--locked", "--no-default-features"],
            opt_level: "0",
        },
        CargoTool {
            name: "wasm-bindgen-cli",
            version: wasm_bindgen,
            program: "wasm-bindgen",
            // Without --locked: its lock file may have versions that a mirror of the registry lacks.
            arguments: &["--no-default-features"],
            opt_level: "1",
        },
    ];
    // At the same time: while one tool is linked, the other's crates use the free cores.
    let folders: Result<Vec<Option<PathBuf>>> = thread::scope(|scope| {
        let installs = tools
            .each_ref()
            .map(|tool| scope.spawn(|| tool.provide(cache)));
        installs
            .into_iter()
            .map(|install| {
                install
                    .join()
                    .map_err(|_| anyhow!("an install panicked"))
                    .flatten()
            })
            .collect()
    });
    Ok((folders?.into_iter().flatten().collect(), versions))
}

impl CargoTool {
    /// Installs the tool if it is missing. Returns its folder for PATH, or None if it is on PATH already.
    fn provide(&self, cache: &Cache) -> Result<Option<PathBuf>> {
        let Self { name, version, .. } = self;
        if self.is_on_path() {
            already(&format!("{name} {version}: found on PATH"));
            return Ok(None);
        }
        // One folder for each version, since checkouts may need different ones.
        let folder = cache.join(format!("tools/{name}-{version}"));
        if folder.is_dir() {
            already(&format!("{name} {version}: in the cache"));
        } else {
            self.install(cache, &folder)?;
        }
        Ok(Some(folder.join("bin")))
    }

    fn is_on_path(&self) -> bool {
        process::capture(Command::new(self.program).arg("--version"))
            .is_ok_and(|output| tells_version(&output, &self.version))
    }

    /// Installs into another folder and moves it when it is finished, so that an interrupted install
    /// never looks like a finished one.
    fn install(&self, cache: &Cache, folder: &Path) -> Result<()> {
        let Self { name, version, .. } = self;
        let builds = cache.join("build");
        let unfinished = builds.join(format!("{name}.installed"));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished)?;
        }
        fs::create_dir_all(&builds)?;
        fs::create_dir_all(cache.join("tools"))?;

        let is_downloaded = process::find_on_path("cargo-binstall").is_some()
            && step(&format!("downloading {name} {version}"), || {
                self.run_with_prefix(&mut self.binstall(&builds, &unfinished))
            })
            .is_ok();
        if !is_downloaded {
            step(
                &format!("compiling {name} {version}, once per user"),
                || self.run_with_prefix(&mut self.cargo_install(&builds, &unfinished)),
            )?;
        }
        fs::rename(&unfinished, folder).with_context(|| format!("can't move {name} into place"))?;
        let build = builds.join(name);
        if build.exists() {
            fs::remove_dir_all(build).context("removing the build folder of the install")?;
        }
        Ok(())
    }

    /// Downloads a binary. It must not compile, since [`Self::cargo_install`] has less to compile.
    fn binstall(&self, builds: &Path, root: &Path) -> Command {
        let mut command = cargo(builds, &["binstall", self.name]);
        command
            .args(["--version", &format!("={}", self.version)])
            .args(["--no-confirm", "--no-track", "--force"])
            .args(["--disable-strategies", "compile"])
            .arg("--root")
            .arg(root);
        command
    }

    fn cargo_install(&self, builds: &Path, root: &Path) -> Command {
        let mut command = cargo(builds, &["install", self.name]);
        command
            .args(["--version", &self.version])
            .args(["--debug", "--force", "--no-track"])
            .args(self.arguments)
            .arg("--root")
            .arg(root)
            // Kept after an interruption, so that the next try continues.
            .arg("--target-dir")
            .arg(builds.join(self.name))
            .env("CARGO_PROFILE_DEV_DEBUG", "false")
            .env("CARGO_PROFILE_DEV_OPT_LEVEL", self.opt_level)
            .env("CARGO_INCREMENTAL", "0");
        command
    }

    /// Prints the output with the tool's name before each line, since two installs print at once.
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

/// Cargo in `folder`, outside the workspace, so that the workspace's Cargo configuration does not apply.
fn cargo(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(folder);
    process::forget_cargo_run(&mut command);
    process::forget_frontend_variables(&mut command);
    command
}

/// Whether an output such as `wasm-bindgen 0.2.130 (…)` or `trunk 0.21.14` has exactly this version.
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
