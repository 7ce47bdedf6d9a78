//! Screenshots of every page and state, in both themes and two widths, and the README's pictures.
//! `cargo xtask shots` runs it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::browser::Browser;
use e2e::own_site;
use e2e::site::Site;
use e2e::views::{self, HEIGHT, Sight, THEMES};
use serde_json::{Value, json};

/// The largest height that Chromium paints in one piece; CSS pixels.
const MAX_HEIGHT: u32 = 6000;

/// A page: the picture's name, its address, and an element that is there when the page is complete.
type Picture = (&'static str, &'static str, &'static str);
/// The README's pictures of the built-in posts.
const PICTURES: [Picture; 2] = [
    ("home", "/", ".featured [data-testid=blog-card]"),
    ("post", "/blogs/sqlite-in-wal-mode", ".post .prose"),
];
/// The README's picture of a site with its own name and pages.
const OWN_PICTURES: [Picture; 1] = [("yours", "/", ".featured [data-testid=blog-card]")];
/// Size of each theme's half; CSS pixels.
const HALF: (u32, u32) = (1000, 900);
/// The same for the site with its own pages. At this width the search box is an icon, and so the longer
/// menu fits on one line.
const OWN_HALF: (u32, u32) = (980, 900);
/// The gap between the halves; CSS pixels.
const GAP: u32 = 24;
const MAX_PICTURE_BYTES: usize = 150_000;
/// Shows two pictures side by side on an empty page.
const SIDE_BY_SIDE: &str = "
    document.body.style = `margin: 0; display: flex; gap: ${arguments[2]}px; background: transparent`;
    for (const data of [arguments[0], arguments[1]]) {
        const image = document.body.appendChild(new Image());
        image.src = `data:image/png;base64,${data}`;
    }";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let usage = "usage: shots FOLDER PICTURES_FOLDER";
    let (shots, pictures) = (
        arguments.next().context(usage)?,
        arguments.next().context(usage)?,
    );
    fs::create_dir_all(&shots)?;
    fs::create_dir_all(&pictures)?;
    take_pictures(&Site::start().await?, &PICTURES, HALF, &pictures).await?;
    let own = own_site::start(&[]).await?;
    take_pictures(&own, &OWN_PICTURES, OWN_HALF, &pictures).await?;
    println!("the README's pictures are in {}", pictures.display());
    for theme in THEMES {
        views::walk(theme, async |browser, sight| {
            shoot(browser, sight, &shots).await
        })
        .await?;
    }
    println!("screenshots are in {}", shots.display());
    Ok(())
}

/// Waits until all images are loaded, lazy ones too.
async fn load_images(browser: &Browser) -> anyhow::Result<()> {
    browser
        .run("document.querySelectorAll('img').forEach(image => { image.loading = 'eager' })")
        .await?;
    browser
        .until(
            "return [...document.images].every(image => image.complete)",
            Vec::new(),
        )
        .await
}

/// Takes a screenshot of the whole page, up to [`MAX_HEIGHT`].
async fn shoot(browser: &Browser, sight: &Sight, folder: &Path) -> anyhow::Result<()> {
    load_images(browser).await?;
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

/// Writes a picture of each page, with both themes side by side, as WebP.
async fn take_pictures(
    site: &Site,
    of: &[Picture],
    half: (u32, u32),
    folder: &Path,
) -> anyhow::Result<()> {
    let browser = Browser::open(site.origin()).await?;
    browser.hide_scrollbars().await?;
    browser.prefer("prefers-reduced-motion", "reduce").await?;
    for (name, address, shown) in of {
        browser.resize(half.0, half.1).await?;
        let mut halves = Vec::new();
        for theme in THEMES {
            browser.prefer("prefers-color-scheme", theme).await?;
            browser.visit(address).await?;
            browser.find(shown).await?;
            load_images(&browser).await?;
            browser.await_stillness().await?;
            halves.push(capture(&browser, json!({"format": "png"})).await?);
        }
        browser.client().goto("about:blank").await?;
        let transparent = json!({"color": {"r": 0, "g": 0, "b": 0, "a": 0}});
        browser
            .devtools("Emulation.setDefaultBackgroundColorOverride", transparent)
            .await?;
        browser.resize(2 * half.0 + GAP, half.1).await?;
        halves.push(json!(GAP));
        browser.client().execute(SIDE_BY_SIDE, halves).await?;
        load_images(&browser).await?;
        let picture = capture(&browser, json!({"format": "webp", "quality": 80})).await?;
        browser
            .devtools("Emulation.setDefaultBackgroundColorOverride", json!({}))
            .await?;
        let picture = STANDARD.decode(picture.as_str().context("no picture")?)?;
        ensure!(
            picture.len() <= MAX_PICTURE_BYTES,
            "the picture {name} has {} bytes, more than {MAX_PICTURE_BYTES}",
            picture.len()
        );
        fs::write(folder.join(format!("{name}.webp")), picture)?;
    }
    Ok(())
}

/// A screenshot in Base64.
async fn capture(browser: &Browser, format: Value) -> anyhow::Result<Value> {
    let answer = browser.devtools("Page.captureScreenshot", format).await?;
    Ok(answer["data"].clone())
}
