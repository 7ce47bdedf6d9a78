//! Starting other programs, without standard input, and with errors that name the command.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;

/// Runs a program to its end with its output on standard error.
///
/// # Errors
/// When it can't be started or fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .status()
        .with_context(|| format!("`{}` can't be started", line(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", line(command));
    }
    Ok(())
}

/// Runs a program to its end and returns its standard output, trimmed. If it fails, the error contains
/// its standard error.
///
/// # Errors
/// When it can't be started, fails, or its output is not UTF-8.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{}` can't be started", line(command)))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        bail!("`{}` failed: {}", line(command), words.trim());
    }
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The program `name` in the first folder of PATH that has it.
pub(crate) fn find_on_path(name: &str) -> Option<PathBuf> {
    which::which(name).ok()
}

/// Cargo for the host, with the same environment as from a shell at the workspace's root.
///
/// It lacks the variables that `cargo xtask` and `cargo xtask env` set. Build scripts that watch them
/// would run again each time Cargo is started by xtask and then from a shell.
pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&workspace.root);
    forget_cargo_run(&mut command);
    forget_frontend_variables(&mut command);
    command.env("CARGO_TARGET_DIR", &workspace.target);
    command
}

/// Removes the variables that `cargo run` set for xtask from a child's environment.
pub(crate) fn forget_cargo_run(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let set_by_run = name.to_str().is_some_and(|name| {
            name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if set_by_run {
            command.env_remove(name);
        }
    }
}

/// Removes the variables that `cargo xtask env` set for the app's compiler from a child's environment.
pub(crate) fn forget_frontend_variables(command: &mut Command) {
    if env::var_os(BUILD_STD).is_some() {
        for name in ["RUSTC", "RUSTC_BOOTSTRAP", BUILD_STD, "CARGO_TARGET_DIR"] {
            command.env_remove(name);
        }
    }
}

/// The variable that makes Cargo build the standard library; set only by `cargo xtask env`.
pub(crate) const BUILD_STD: &str = "CARGO_UNSTABLE_BUILD_STD";

/// `CARGO_ENCODED_RUSTFLAGS` that remove this machine's folders from the file names in panic messages.
pub(crate) fn anonymous_rust_flags(workspace: &Workspace) -> String {
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(env::home_dir()?.join(".cargo")));
    let crates = cargo_home.map(|home| home.join("registry").join("src"));
    // Cargo's encoded form allows spaces in a folder's name.
    let own = env::var("RUSTFLAGS").unwrap_or_default();
    let mut flags: Vec<String> = own.split_whitespace().map(str::to_owned).collect();
    for folder in crates.iter().chain([&workspace.root]) {
        flags.push(format!("--remap-path-prefix={}/=", folder.display()));
    }
    flags.join("\u{1f}")
}

/// A command as one line of text, for messages.
pub(crate) fn line(command: &Command) -> String {
    let mut words = vec![command.get_program()];
    words.extend(command.get_args());
    words.join(OsStr::new(" ")).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_has_the_command_and_its_standard_error() {
        let error =
            capture(Command::new("cargo").arg("no-such-command")).expect_err("no such thing");
        let error = error.to_string();
        assert!(
            error.starts_with("`cargo no-such-command` failed: "),
            "{error}"
        );
    }

    #[test]
    fn a_missing_program_is_named() {
        let error = run(&mut Command::new("no-such-program")).expect_err("no such thing");
        assert_eq!(error.to_string(), "`no-such-program` can't be started");
    }
}
