//! The release build of the app. It is skipped if no source and no tool has changed.

mod shrink;
mod wasm_imports;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::process;
use crate::step::{already, step};
use crate::toolchain::{Lock, Toolchain};
use crate::workspace::Workspace;

/// The sources of the app, relative to the workspace's root.
const INPUTS: [&str; 6] = [
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "frontend",
    "shared",
    // The steps that make the built app smaller.
    "xtask/src/frontend",
];
/// Folders among the sources that a build writes.
const NOT_INPUTS: [&str; 2] = ["frontend/node_modules", "frontend/dist"];

/// Trunk's default, without a warning of each build: its minifier can't read `export { … as default }`,
/// so it leaves wasm-bindgen's script as it is.
const TRUNK_LOG: &str = "error,trunk=info,trunk::processing::minify=error";

/// Builds the app into `frontend/dist`, unless its last build had the same inputs.
pub(crate) fn build(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let _one_at_a_time = Lock::acquire(&workspace.target.join("frontend.lock"))?;
    let stamp_file = workspace.target.join("frontend.stamp");
    // Read before the build, so that a file that is edited during the build is built again.
    let inputs = inputs(workspace, toolchain)?;
    let stamp = |outputs: String| format!("{inputs}\noutputs {outputs}\n");
    let built = fs::read_to_string(&stamp_file).unwrap_or_default();
    if built == stamp(outputs(workspace)?) {
        already("app: frontend/dist is up to date");
        return Ok(());
    }
    step("building the app (release) into frontend/dist", || {
        process::run(
            toolchain
                .command(workspace, "trunk")?
                .args(["build", "--release", "--log", TRUNK_LOG, "--dist"])
                .arg(workspace.dist())
                .env(
                    "CARGO_ENCODED_RUSTFLAGS",
                    process::anonymous_rust_flags(workspace),
                )
                // The compiler explains a failed build. Trunk's backtrace does not.
                .env("RUST_BACKTRACE", "0"),
        )?;
        shrink::shrink(workspace)
    })?;
    fs::write(&stamp_file, stamp(outputs(workspace)?)).context("writing the app's stamp")
}

/// A text that changes with every source and tool of the app.
fn inputs(workspace: &Workspace, toolchain: &Toolchain) -> Result<String> {
    let inputs = INPUTS.map(|path| workspace.root.join(path));
    let not_inputs = NOT_INPUTS.map(|path| workspace.root.join(path));
    let digest = digest(&workspace.root, &inputs, &not_inputs)?;
    Ok(format!("{}\ninputs {digest}", toolchain.versions))
}

/// A text that changes when files of the built app are edited, deleted or replaced.
fn outputs(workspace: &Workspace) -> Result<String> {
    digest(&workspace.root, &[workspace.dist()], &[])
}

/// SHA-256 over names and contents of all files in `paths`, without `excluded`.
fn digest(root: &Path, paths: &[PathBuf], excluded: &[PathBuf]) -> Result<String> {
    let mut hasher = Sha256::new();
    for path in paths.iter().filter(|path| path.exists()) {
        let files = WalkDir::new(path).sort_by_file_name().into_iter();
        for file in files.filter_entry(|entry| !excluded.iter().any(|path| path == entry.path())) {
            let file = file?;
            if file.file_type().is_dir() {
                continue;
            }
            let file = file.path();
            let content = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy();
            // The lengths make "ab" + "c" differ from "a" + "bc".
            hasher.update(format!("{}:{name}:{}:", name.len(), content.len()));
            hasher.update(content);
        }
    }
    Ok(hex(&hasher.finalize()))
}

/// 16 hexadecimal digits, as Trunk puts them into file names.
fn short_digest(contents: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for content in contents {
        hasher.update(content);
    }
    hex(&hasher.finalize()[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with `src/a.rs`, `src/b.rs` and `made/x`, whose digest leaves out `made`.
    struct Sources(tempfile::TempDir);

    impl Sources {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            for name in ["src", "made"] {
                fs::create_dir(folder.path().join(name)).expect("a new folder");
            }
            let sources = Self(folder);
            sources.write("src/a.rs", "one");
            sources.write("src/b.rs", "two");
            sources.write("made/x", "made");
            sources
        }

        fn write(&self, path: &str, text: &str) {
            fs::write(self.0.path().join(path), text).expect("a written file");
        }

        fn digest(&self) -> String {
            let root = self.0.path();
            let missing = root.join("missing");
            digest(root, &[root.to_owned(), missing], &[root.join("made")]).expect("readable files")
        }
    }

    #[test]
    fn the_same_files_give_the_same_digest_wherever_they_are() {
        assert_eq!(Sources::new().digest(), Sources::new().digest());
    }

    #[test]
    fn a_changed_an_added_a_renamed_and_a_removed_file_change_the_digest() {
        let sources = Sources::new();
        let mut seen = vec![sources.digest()];
        sources.write("src/a.rs", "One");
        seen.push(sources.digest());
        sources.write("src/c.rs", "");
        seen.push(sources.digest());
        let path = |name: &str| sources.0.path().join("src").join(name);
        fs::rename(path("c.rs"), path("d.rs")).expect("renamed");
        seen.push(sources.digest());
        fs::remove_file(path("b.rs")).expect("removed");
        seen.push(sources.digest());
        let count = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn text_that_moves_from_one_file_to_the_next_changes_the_digest() {
        let sources = Sources::new();
        let before = sources.digest();
        sources.write("src/a.rs", "on");
        sources.write("src/b.rs", "etwo");
        assert_ne!(sources.digest(), before);
    }

    #[test]
    fn files_that_a_build_writes_do_not_count() {
        let sources = Sources::new();
        let before = sources.digest();
        sources.write("made/x", "made anew");
        assert_eq!(sources.digest(), before);
    }
}
