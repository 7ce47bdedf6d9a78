//! Screenshots of every page and state, in both themes and two widths, for people to look at.
//! `cargo xtask shots` runs it; the pictures are in `target/shots`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use e2e::browser::Browser;
use e2e::views::{self, HEIGHT, Sight};

/// Chromium paints no larger picture in one piece; CSS pixels.
const MAX_HEIGHT: u32 = 6000;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).context("usage: shots FOLDER")?);
    fs::create_dir_all(&folder)?;
    for theme in ["light", "dark"] {
        views::walk(theme, async |browser, sight| {
            shoot(browser, sight, &folder).await
        })
        .await?;
    }
    println!("screenshots are in {}", folder.display());
    Ok(())
}

/// The whole page, however long. Pictures load lazily, so they are asked for first.
async fn shoot(browser: &Browser, sight: &Sight, folder: &Path) -> anyhow::Result<()> {
    browser
        .run("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
        .await?;
    browser
        .until(
            "return [...document.images].every(image => image.complete)",
            Vec::new(),
        )
        .await?;
    let height = browser
        .run("return document.documentElement.scrollHeight")
        .await?;
    let height = u32::try_from(height.as_u64().unwrap_or_default())?;
    browser
        .resize(sight.width, height.clamp(HEIGHT, MAX_HEIGHT))
        .await?;
    let Sight { name, theme, width } = sight;
    let file = folder.join(format!("{name}-{width}-{theme}.png"));
    fs::write(file, browser.client().screenshot().await?)?;
    browser.resize(sight.width, HEIGHT).await
}
