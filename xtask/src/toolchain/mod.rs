//! Provides the tools for the app's build and for the tests. Uses installed tools that fit, and installs
//! the others, if possible into a per-user cache that all checkouts share. It asks no questions, and a
//! second run installs nothing.

pub(crate) mod browser;
mod cache;
mod cargo_tools;
mod debian;
pub(crate) mod npm;
pub(crate) mod postgres;
pub(crate) mod schemathesis;
mod wasm_std;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

pub(crate) use self::cache::{Cache, Lock};
use self::wasm_std::WasmStd;
use crate::process;
use crate::workspace::Workspace;

/// The environment of the app's build.
pub(crate) struct Toolchain {
    /// Folders to put before PATH.
    path: Vec<PathBuf>,
    /// Variables beside PATH.
    variables: Vec<(&'static str, OsString)>,
    /// The versions in use. If this text changes, the app is built again.
    pub(crate) versions: String,
}

impl Toolchain {
    /// Finds or installs every tool.
    ///
    /// # Errors
    /// One line that names what is missing and the command that would help.
    pub(crate) fn provide(workspace: &Workspace) -> Result<Self> {
        let cache = Cache::open()?;
        let _one_at_a_time = cache.lock()?;

        // The quick steps first, so that they fail before minutes of compiling.
        let wasm_std = WasmStd::provide()?;
        npm::provide(workspace)?;
        let (mut path, tools) = cargo_tools::provide(workspace, &cache)?;

        path.push(workspace.frontend().join("node_modules").join(".bin"));
        let versions = format!("{}\n{tools}", wasm_std.version);
        Ok(Self {
            path,
            variables: wasm_std.variables(workspace),
            versions,
        })
    }

    /// `program` with the tools on its PATH and the app's compiler in its environment.
    pub(crate) fn command(&self, workspace: &Workspace, program: &str) -> Result<Command> {
        let mut command = Command::new(program);
        command.current_dir(&workspace.root);
        process::forget_cargo_run(&mut command);
        process::forget_frontend_variables(&mut command);
        command.env("CARGO_TARGET_DIR", &workspace.target);
        let rest = env::var_os("PATH").unwrap_or_default();
        let path = self.path.iter().cloned().chain(env::split_paths(&rest));
        command.env("PATH", env::join_paths(path)?);
        if env::var_os("NO_COLOR").is_some() {
            // Trunk takes only `true` and `false` where no-color.org allows any value.
            command.env("NO_COLOR", "true");
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        Ok(command)
    }

    /// The same environment as lines for a POSIX shell.
    pub(crate) fn exports(&self) -> String {
        let mut lines: String = self
            .path
            .iter()
            .rev()
            .map(|folder| {
                let folder = shell_quote(&folder.to_string_lossy());
                format!("export PATH={folder}:\"$PATH\"\n")
            })
            .collect();
        for (name, value) in &self.variables {
            let value = shell_quote(&value.to_string_lossy());
            lines.push_str(&format!("export {name}={value}\n"));
        }
        lines
    }
}

/// `text` as one word of a POSIX shell (IEEE Std 1003.1, 2.2.2 Single-Quotes).
fn shell_quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output of a POSIX shell for `script`.
    fn sh(script: &str) -> String {
        process::capture(Command::new("sh").args(["-c", script])).expect("sh runs it")
    }

    #[test]
    fn quoted_words_survive_a_shell() {
        for word in [
            "plain",
            "with space",
            "it's $HOME `id` \"x\" \\",
            "",
            "a\nb",
        ] {
            let script = format!("printf %s {}", shell_quote(word));
            assert_eq!(sh(&script), word);
        }
    }

    #[test]
    fn exports_keep_the_order_of_folders_and_set_each_variable() {
        let toolchain = Toolchain {
            path: vec!["/cache/trunk's/bin".into(), "/npm/.bin".into()],
            variables: vec![("RUSTC", "/usr/bin/rustc".into())],
            versions: String::new(),
        };
        let script = format!("PATH=/bin\n{}echo $PATH $RUSTC", toolchain.exports());
        assert_eq!(
            sh(&script),
            "/cache/trunk's/bin:/npm/.bin:/bin /usr/bin/rustc"
        );
    }
}
