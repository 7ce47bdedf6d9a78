//! A site with its own name, words, colours, pages and posts: the folder `own-site`.

use std::fs;
use std::path::Path;

use anyhow::Context;
use tempfile::TempDir;

use crate::site::Site;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/own-site");
const FILE: &str = "flashblog.toml";
const ACCENT: &str = "#00695c";

/// Starts the site, with further arguments.
///
/// # Errors
/// When it does not start.
pub async fn start(arguments: &[&str]) -> anyhow::Result<Site> {
    let file = format!("{FOLDER}/{FILE}");
    Site::with_arguments(&[&["--config", file.as_str()], arguments].concat()).await
}

/// Starts a copy of the site with another accent colour. Keep the folder while the site runs.
///
/// # Errors
/// When it does not start, for example because the colour is too pale.
pub async fn start_in(accent: &str) -> anyhow::Result<(Site, TempDir)> {
    let folder = tempfile::tempdir()?;
    copy(Path::new(FOLDER), folder.path())?;
    let file = folder.path().join(FILE);
    let settings = fs::read_to_string(&file)?;
    fs::write(&file, settings.replace(ACCENT, accent))?;
    let file = file.to_str().context("a path in UTF-8")?;
    let site = Site::with_arguments(&["--config", file]).await?;
    Ok((site, folder))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
