//! The standard library for `wasm32-unknown-unknown`, in three ways.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::debian;
use crate::process::{self, BUILD_STD};
use crate::step::{already, step};
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's current Rust and its library's source, one and the same version.
const DEBIAN_PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// Where the SPA's standard library comes from.
pub(super) enum WasmStd {
    /// The toolchain in use has it.
    Toolchain {
        /// Of the compiler, for people and for noticing a change.
        version: String,
    },
    /// Cargo builds it, with Debian's compiler, from Debian's source.
    Source {
        /// Of the compiler.
        version: String,
        /// What links wasm: Debian's compiler brings no linker.
        linker: PathBuf,
    },
}

/// One way to get the library.
#[derive(Debug, PartialEq)]
enum Way {
    /// It is in the sysroot.
    Sysroot,
    /// Debian's compiler and source are installed already.
    DebianInstalled,
    /// `rustup target add`.
    Rustup,
    /// Install Debian's compiler and source, then build.
    DebianInstall,
}

/// What decides which ways are open.
#[derive(Clone, Copy, Default)]
struct Facts {
    in_sysroot: bool,
    rustup: bool,
    debian_rust: bool,
    can_install: bool,
}

/// The open ways, best first. Debian's Rust, once installed, comes before rustup: it is
/// there because rustup's way failed, and a second run shall not wait for that again.
fn ways(facts: Facts) -> Vec<Way> {
    if facts.in_sysroot {
        return vec![Way::Sysroot];
    }
    [
        (facts.debian_rust, Way::DebianInstalled),
        (facts.rustup, Way::Rustup),
        (facts.can_install && !facts.debian_rust, Way::DebianInstall),
    ]
    .into_iter()
    .filter_map(|(open, way)| open.then_some(way))
    .collect()
}

impl WasmStd {
    /// Goes the first way that leads there.
    pub(super) fn provide(rust_version: &str) -> Result<Self> {
        let rustc = Rustc::of_toolchain()?;
        let facts = Facts {
            in_sysroot: rustc.has_wasm(),
            rustup: process::find_on_path("rustup").is_some(),
            debian_rust: debian_rust(rust_version).is_ok(),
            can_install: debian::can_install(),
        };
        for way in ways(facts) {
            let found = match way {
                Way::Sysroot => Ok(rustc.toolchain_std()),
                Way::DebianInstalled => rustc.source_std(rust_version),
                Way::Rustup => rustup_target_add().and_then(|()| {
                    if rustc.has_wasm() {
                        Ok(rustc.toolchain_std())
                    } else {
                        bail!(
                            "rustup added {TARGET} to another toolchain than {}",
                            rustc.version
                        )
                    }
                }),
                Way::DebianInstall => {
                    debian::install(&DEBIAN_PACKAGES).and_then(|()| rustc.source_std(rust_version))
                }
            };
            match found {
                Ok(std) => {
                    already(&format!("{TARGET}: {}", std.origin()));
                    return Ok(std);
                }
                Err(error) => eprintln!("    not this way: {error:#}"),
            }
        }
        bail!(
            "the standard library for {TARGET} is missing: run `rustup target add {TARGET}`, or on Debian `sudo apt-get install {}`",
            DEBIAN_PACKAGES.join(" ")
        )
    }

    /// The compiler's version, telling both ways apart.
    pub(super) fn version(&self) -> String {
        match self {
            Self::Toolchain { version } => version.clone(),
            Self::Source { version, .. } => format!("{version}, std from source"),
        }
    }

    fn origin(&self) -> String {
        match self {
            Self::Toolchain { version } => format!("standard library of {version}"),
            Self::Source { version, .. } => {
                format!("standard library built from source with Debian's {version}")
            }
        }
    }

    /// What the SPA's build has to see. Cargo reads each `-Z build-std` from the environment,
    /// and a stable compiler allows it where `RUSTC_BOOTSTRAP` is set.
    pub(super) fn variables(&self, workspace: &Workspace) -> Vec<(&'static str, OsString)> {
        match self {
            Self::Toolchain { .. } => Vec::new(),
            Self::Source { linker, .. } => vec![
                ("RUSTC", DEBIAN_RUSTC.into()),
                ("RUSTC_BOOTSTRAP", "1".into()),
                (BUILD_STD, "std,panic_abort".into()),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker.into()),
                ("CARGO_TARGET_DIR", workspace.spa_target().into()),
            ],
        }
    }
}

fn rustup_target_add() -> Result<()> {
    step(&format!("rustup target add {TARGET}"), || {
        process::run(
            Command::new("rustup")
                .args(["target", "add", TARGET])
                // Where it fails, the stack of rustup itself tells nobody anything.
                .env("RUST_BACKTRACE", "0"),
        )
    })
}

/// The compiler that Cargo uses for the host.
struct Rustc {
    /// As `rustc --version` says it.
    version: String,
    host: String,
    sysroot: PathBuf,
}

impl Rustc {
    fn of_toolchain() -> Result<Self> {
        let rustc = |argument: &str, value: &[&str]| {
            process::capture(Command::new("rustc").arg(argument).args(value))
        };
        let verbose = rustc("-vV", &[]).context("rustc is missing: install Rust with rustup")?;
        let (version, host) = parse_verbose_version(&verbose)?;
        Ok(Self {
            version,
            host,
            sysroot: rustc("--print", &["sysroot"])?.into(),
        })
    }

    fn has_wasm(&self) -> bool {
        let folder = self.rustlib(TARGET).join("lib");
        fs::read_dir(folder).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
        })
    }

    fn toolchain_std(&self) -> WasmStd {
        WasmStd::Toolchain {
            version: self.version.clone(),
        }
    }

    fn source_std(&self, rust_version: &str) -> Result<WasmStd> {
        let version = debian_rust(rust_version)?;
        let own = self.rustlib(&self.host).join("bin").join("rust-lld");
        let linker = Some(own)
            .filter(|linker| linker.is_file())
            .or_else(|| process::find_on_path("rust-lld"))
            .context("no rust-lld to link wasm with: install Rust with rustup")?;
        Ok(WasmStd::Source { version, linker })
    }

    fn rustlib(&self, target: &str) -> PathBuf {
        self.sysroot.join("lib").join("rustlib").join(target)
    }
}

/// Version of Debian's compiler, where it and the library's source are here and new enough.
fn debian_rust(rust_version: &str) -> Result<String> {
    if !Path::new(DEBIAN_SOURCE).is_file() {
        bail!(
            "Debian's {} aren't installed",
            DEBIAN_PACKAGES.join(" and ")
        );
    }
    let version = process::capture(Command::new(DEBIAN_RUSTC).arg("--version"))?;
    if !new_enough(&version, rust_version) {
        bail!("Debian's {version} is older than the {rust_version} needed");
    }
    Ok(version)
}

/// First line and host of `rustc -vV`.
fn parse_verbose_version(output: &str) -> Result<(String, String)> {
    let version = output.lines().next().unwrap_or_default().to_owned();
    let host = output
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .context("rustc names no host")?;
    Ok((version, host.to_owned()))
}

/// Whether `rustc 1.96.0 (…)` is at least `1.95`.
fn new_enough(version: &str, needed: &str) -> bool {
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
    fn the_toolchains_own_library_is_enough() {
        let facts = Facts {
            in_sysroot: true,
            rustup: true,
            debian_rust: true,
            can_install: true,
        };
        assert_eq!(ways(facts), [Way::Sysroot]);
    }

    #[test]
    fn rustup_comes_before_installing_packages() {
        let facts = Facts {
            rustup: true,
            can_install: true,
            ..Facts::default()
        };
        assert_eq!(ways(facts), [Way::Rustup, Way::DebianInstall]);
    }

    #[test]
    fn once_installed_debians_rust_is_used_at_once() {
        let facts = Facts {
            rustup: true,
            debian_rust: true,
            can_install: true,
            ..Facts::default()
        };
        assert_eq!(ways(facts), [Way::DebianInstalled, Way::Rustup]);
    }

    #[test]
    fn without_rustup_or_rights_there_is_no_way() {
        assert_eq!(ways(Facts::default()), []);
    }

    #[test]
    fn rustc_tells_version_and_host() {
        let output = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: 1.95.0";
        let (version, host) = parse_verbose_version(output).expect("both");
        assert_eq!(version, "rustc 1.95.0 (59807616e 2026-04-14)");
        assert_eq!(host, "x86_64-unknown-linux-gnu");
        assert!(parse_verbose_version("").is_err());
    }

    #[test]
    fn an_old_compiler_is_refused() {
        assert!(new_enough(
            "rustc 1.96.0 (abc) (built from a source tarball)",
            "1.95"
        ));
        assert!(new_enough("rustc 1.95.0", "1.95"));
        assert!(!new_enough("rustc 1.85.0", "1.95"));
        assert!(!new_enough("", "1.95"));
    }
}
