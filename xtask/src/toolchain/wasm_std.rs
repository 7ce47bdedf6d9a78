//! The standard library for `wasm32-unknown-unknown`: the toolchain's, rustup's, or one that Cargo
//! builds from Debian's source.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::debian;
use crate::process::{self, BUILD_STD};
use crate::step::{already, step};
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's newest Rust compiler, and the source of its standard library in the same version.
const DEBIAN_PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";
/// The oldest Rust that the workspace builds with.
const RUST_VERSION: &str = env!("CARGO_PKG_RUST_VERSION");

/// Where the app's standard library comes from.
pub(super) struct WasmStd {
    /// The versions of compiler and library. If this text changes, the app is built again.
    pub(super) version: String,
    /// The linker for wasm if Debian's compiler is used, which has none. None for the toolchain's own
    /// library.
    linker: Option<PathBuf>,
}

impl WasmStd {
    /// Uses the first way that works. Debian's Rust comes before rustup if it is installed: it was
    /// installed because rustup failed, and the next run must not wait for that again.
    pub(super) fn provide() -> Result<Self> {
        let ways: [fn() -> Result<Self>; 4] = [
            of_toolchain,
            of_debian,
            || {
                rustup_target_add()?;
                of_toolchain()
            },
            || {
                ensure!(debian::can_install(), "this is not Debian, or not root");
                debian::install(&DEBIAN_PACKAGES)?;
                of_debian()
            },
        ];
        let mut failures = String::new();
        for way in ways {
            match way() {
                Ok(std) => {
                    already(&format!("{TARGET}: standard library of {}", std.version));
                    return Ok(std);
                }
                Err(error) => failures.push_str(&format!("\n    {error:#}")),
            }
        }
        bail!(
            "the standard library for {TARGET} is missing: run `rustup target add {TARGET}`, or on Debian `sudo apt-get install {}`{failures}",
            DEBIAN_PACKAGES.join(" ")
        )
    }

    /// Variables for the app's build. Cargo reads `-Z build-std` from the environment, and a stable
    /// compiler allows it if `RUSTC_BOOTSTRAP` is set.
    pub(super) fn variables(&self, workspace: &Workspace) -> Vec<(&'static str, OsString)> {
        let Some(linker) = &self.linker else {
            return Vec::new();
        };
        vec![
            ("RUSTC", DEBIAN_RUSTC.into()),
            ("RUSTC_BOOTSTRAP", "1".into()),
            (BUILD_STD, "std,panic_abort".into()),
            ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker.into()),
            ("CARGO_TARGET_DIR", workspace.frontend_target().into()),
        ]
    }
}

/// The output of the compiler that Cargo uses for the host.
fn rustc(arguments: &[&str]) -> Result<String> {
    process::capture(Command::new("rustc").args(arguments)).context("install Rust with rustup")
}

fn of_toolchain() -> Result<WasmStd> {
    let version = rustc(&["--version"])?;
    let folder = rustc(&["--print", "target-libdir", "--target", TARGET])?;
    let has_std = fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    });
    ensure!(has_std, "{version} has none");
    Ok(WasmStd {
        version,
        linker: None,
    })
}

/// Debian's compiler and source, if they are installed and new enough.
fn of_debian() -> Result<WasmStd> {
    ensure!(
        Path::new(DEBIAN_SOURCE).is_file(),
        "Debian's {} are not installed",
        DEBIAN_PACKAGES.join(" and ")
    );
    let version = process::capture(Command::new(DEBIAN_RUSTC).arg("--version"))?;
    ensure!(
        is_new_enough(&version, RUST_VERSION),
        "Debian's {version} is older than the {RUST_VERSION} needed"
    );
    let own = Path::new(&rustc(&["--print", "target-libdir"])?).with_file_name("bin/rust-lld");
    let linker = Some(own)
        .filter(|linker| linker.is_file())
        .or_else(|| process::find_on_path("rust-lld"))
        .context("no rust-lld to link wasm with: install Rust with rustup")?;
    Ok(WasmStd {
        version: format!("{version}, built from Debian's source"),
        linker: Some(linker),
    })
}

fn rustup_target_add() -> Result<()> {
    ensure!(process::find_on_path("rustup").is_some(), "no rustup");
    step(&format!("rustup target add {TARGET}"), || {
        process::run(
            Command::new("rustup")
                .args(["target", "add", TARGET])
                // rustup's backtrace says nothing about the cause.
                .env("RUST_BACKTRACE", "0"),
        )
    })
}

/// Whether a version such as `rustc 1.96.0 (…)` is at least `needed`.
fn is_new_enough(version: &str, needed: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        text.split('.')
            .map_while(|part| part.parse().ok())
            .collect()
    };
    version
        .split_whitespace()
        .nth(1)
        .is_some_and(|version| numbers(version) >= numbers(needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_compiler_is_refused() {
        assert!(is_new_enough(
            "rustc 1.96.0 (abc) (built from a source tarball)",
            "1.95"
        ));
        assert!(is_new_enough("rustc 1.95.0", "1.95"));
        assert!(!is_new_enough("rustc 1.85.0", "1.95"));
        assert!(!is_new_enough("", "1.95"));
    }
}
