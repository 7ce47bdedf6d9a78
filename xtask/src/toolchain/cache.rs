//! The per-user folder for installed tools, and a lock so that one xtask at a time writes to it.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::step::already;

/// `$XDG_CACHE_HOME/flashblog`, or `~/.cache/flashblog` (XDG Base Directory Specification).
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// Makes the folder where it is missing.
    ///
    /// # Errors
    /// When no home is known or the folder can't be made.
    pub(crate) fn open() -> Result<Self> {
        let folder = folder(
            env::var_os("XDG_CACHE_HOME").map(PathBuf::from),
            env::home_dir(),
        )
        .context("no folder for tools: set XDG_CACHE_HOME or HOME")?;
        fs::create_dir_all(&folder)
            .with_context(|| format!("can't make the tools' folder {}", folder.display()))?;
        Ok(Self { folder })
    }

    /// A path inside the cache.
    pub(crate) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        self.folder.join(path)
    }

    /// Waits until no other xtask sets up tools.
    pub(crate) fn lock(&self) -> Result<Lock> {
        Lock::acquire(&self.folder.join("lock"))
    }
}

/// A relative XDG_CACHE_HOME is ignored, as the specification says.
fn folder(xdg_cache_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    xdg_cache_home
        .filter(|path| path.is_absolute())
        .or_else(|| Some(home?.join(".cache")))
        .map(|cache| cache.join("flashblog"))
}

/// A lock between processes. It is released when it is dropped or the process ends.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock on `path`. If another xtask has it, prints a line and waits.
    pub(crate) fn acquire(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = File::options()
            .create(true)
            .append(true)
            .open(path)
            .with_context(|| format!("can't open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                already("waiting for another `cargo xtask`");
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("can't lock {}", path.display()));
            }
        }
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_follows_the_xdg_specification() {
        let home = || Some(PathBuf::from("/home/ann"));
        let folder = |xdg: Option<&str>, home| folder(xdg.map(PathBuf::from), home);
        assert_eq!(folder(Some("/c"), home()), Some("/c/flashblog".into()));
        let default = Some("/home/ann/.cache/flashblog".into());
        assert_eq!(folder(None, home()), default);
        assert_eq!(folder(Some("relative"), home()), default);
        assert_eq!(folder(Some(""), home()), default);
        assert_eq!(folder(None, None), None);
    }

    #[test]
    fn a_lock_is_free_again_after_its_holder() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new").join("lock");
        let held = Lock::acquire(&path).expect("a free lock");
        let other = File::open(&path).expect("the lock's file");
        assert!(matches!(other.try_lock(), Err(TryLockError::WouldBlock)));
        drop(held);
        assert!(other.try_lock().is_ok());
    }
}
