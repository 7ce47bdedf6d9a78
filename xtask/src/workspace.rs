//! The project's folders, and versions in its lock files.

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// The project's folders.
pub(crate) struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Cargo's target directory for everything that runs on this machine.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// The workspace that this xtask belongs to, from any current directory.
    pub(crate) fn find() -> Result<Self> {
        // Cargo sets the variable to the current checkout. A binary that is started by hand uses the path
        // from its build.
        let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest_dir
            .parent()
            .context("xtask's folder has no parent")?
            .to_owned();
        let target = match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => host_target(std::path::absolute(folder)?),
            None => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The target directory of the app if another compiler than the host's builds it. In one directory,
    /// the two compilers would rebuild each other's work.
    pub(crate) fn frontend_target(&self) -> PathBuf {
        self.target.join(FRONTEND_TARGET)
    }

    /// The npm project: Bootstrap, Sass, wasm-opt, and the app's sources.
    pub(crate) fn frontend(&self) -> PathBuf {
        self.root.join("frontend")
    }

    /// The release build of the app.
    pub(crate) fn dist(&self) -> PathBuf {
        self.root.join("frontend").join("dist")
    }

    /// Version of a crate in `Cargo.lock`.
    pub(crate) fn crate_version(&self, name: &str) -> Result<String> {
        crate_version(&self.read("Cargo.lock")?, name)
    }

    fn read(&self, path: &str) -> Result<String> {
        fs::read_to_string(self.root.join(path)).with_context(|| format!("reading {path}"))
    }
}

const FRONTEND_TARGET: &str = "frontend-with-std";

/// The host's target directory. `cargo xtask env` sets the variable of a shell to the app's own directory,
/// which is inside the host's.
fn host_target(cargo_target_dir: PathBuf) -> PathBuf {
    match cargo_target_dir.parent() {
        Some(around) if cargo_target_dir.ends_with(FRONTEND_TARGET) => around.to_owned(),
        _ => cargo_target_dir,
    }
}

fn crate_version(lock: &str, name: &str) -> Result<String> {
    let lock: toml::Table = lock.parse().context("Cargo.lock is not TOML")?;
    lock.get("package")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten()
        .find(|package| package.get("name").and_then(toml::Value::as_str) == Some(name))
        .and_then(|package| package.get("version"))
        .and_then(toml::Value::as_str)
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock names no {name}"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn cargo_lock_tells_a_crates_version() {
        let lock = r#"
            version = 4
            [[package]]
            name = "wasm-bindgen-macro"
            version = "9.9.9"
            [[package]]
            name = "wasm-bindgen"
            version = "0.2.130"
        "#;
        let version = crate_version(lock, "wasm-bindgen").expect("it is there");
        assert_eq!(version, "0.2.130");
        let error = crate_version(lock, "yew").expect_err("it is not there");
        assert_eq!(error.to_string(), "Cargo.lock names no yew");
    }

    fn read(path: &str) -> String {
        let workspace = Workspace::find().expect("the workspace");
        workspace.read(path).expect("a file of the workspace")
    }

    /// If Trunk.toml had other versions than the lock file, Trunk would download tools.
    #[test]
    fn trunk_and_the_lock_file_of_npm_agree() {
        let trunk: toml::Table = read("Trunk.toml").parse().expect("TOML");
        let lock: serde_json::Value =
            serde_json::from_str(&read("frontend/package-lock.json")).expect("JSON");
        let npm = |name: &str| {
            let version = lock["packages"][name]["version"].as_str();
            version.expect("a locked version").to_owned()
        };
        let tool = |name: &str| trunk["tools"][name].as_str().expect("a version");

        assert_eq!(tool("sass"), npm("node_modules/sass"));
        let binaryen = npm("node_modules/binaryen");
        assert_eq!(
            format!("{}.0.0", &tool("wasm_opt")["version_".len()..]),
            binaryen
        );
    }

    #[test]
    fn the_apps_target_directory_is_never_the_hosts() {
        assert_eq!(host_target("/p/target".into()), Path::new("/p/target"));
        let app = Path::new("/p/target").join(FRONTEND_TARGET);
        assert_eq!(host_target(app), Path::new("/p/target"));
    }

    #[test]
    fn lock_files_of_npm_name_no_addresses() {
        for lock in ["frontend/package-lock.json", "e2e/package-lock.json"] {
            assert!(!read(lock).contains("\"resolved\""), "{lock}");
        }
    }
}
