//! Screenshots of every page and state, in both themes and two widths, for people to look at.
//! `cargo xtask shots` runs it; the pictures are in `target/shots`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use e2e::browser::Browser;
use e2e::faulty_front::{Fault, FaultyFront};
use e2e::site::Site;
use fantoccini::key::Key;

/// Name, address, and what is on the page when it has loaded.
const PAGES: [(&str, &str, &str); 12] = [
    ("home", "/", ".featured [data-testid=blog-card]"),
    ("blogs", "/blogs", "[data-testid=blog-card]"),
    ("blogs-page-3", "/blogs?page=3", "[data-testid=blog-card]"),
    (
        "category",
        "/blogs?category=Frontend",
        "[data-testid=blog-card]",
    ),
    ("tag", "/blogs?tag=rust", "[data-testid=blog-card]"),
    ("post", "/blogs/a-session-is-a-signature", ".post .prose"),
    ("post-empty", "/blogs/the-posts-are-in-the-binary", ".post"),
    ("search", "/search?q=session", "[data-testid=search-result]"),
    (
        "search-nothing",
        "/search?q=zebra",
        "[data-testid=nothing-found] .chip",
    ),
    ("about", "/about", "#main h1"),
    ("contact", "/contact", ".contact-form"),
    (
        "not-found",
        "/blogs/nothing-here",
        ".toast-stack .alert.show",
    ),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).context("usage: shots FOLDER")?);
    fs::create_dir_all(&folder)?;
    let site = Site::start().await?;
    let front = FaultyFront::before(site.origin()).await?;
    let browser = Browser::open().await?;
    for theme in ["light", "dark"] {
        browser.prefer("prefers-color-scheme", theme).await?;
        for width in [390, 1280] {
            browser.resize(width, 900).await?;
            for (name, address, loaded) in PAGES {
                browser
                    .visit(&format!("{}{address}", site.origin()))
                    .await?;
                browser.find(loaded).await?;
                let file = folder.join(format!("{name}-{width}-{theme}.png"));
                shoot(&browser, &file).await?;
            }
            browser.visit(&format!("{}/about", site.origin())).await?;
            let field = browser.find("#search-box").await?;
            field.send_keys("sess").await?;
            browser.find(".suggestion").await?;
            field.send_keys(&char::from(Key::Down).to_string()).await?;
            browser.find(".suggestion[aria-selected=true]").await?;
            shoot(
                &browser,
                &folder.join(format!("suggestions-{width}-{theme}.png")),
            )
            .await?;
            // The first page of a visit brings its data along: only the next one asks the API.
            browser.visit(&format!("{}/about", front.origin())).await?;
            front.set("/api/v1/blogs", Fault::ServerError);
            browser.click(".site-footer a[href='/blogs']").await?;
            browser.find("[data-testid=failure]").await?;
            shoot(
                &browser,
                &folder.join(format!("failure-{width}-{theme}.png")),
            )
            .await?;
            browser.visit(&format!("{}/about", front.origin())).await?;
            front.set("/api/v1/blogs", Fault::Silence);
            browser.click(".site-footer a[href='/blogs']").await?;
            browser.find(".blog-card .placeholder").await?;
            shoot(
                &browser,
                &folder.join(format!("loading-{width}-{theme}.png")),
            )
            .await?;
            front.lift();
        }
    }
    println!("screenshots are in {}", folder.display());
    Ok(())
}

/// The whole page, however long. Pictures load lazily, so it is scrolled through first.
async fn shoot(browser: &Browser, file: &Path) -> anyhow::Result<()> {
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
    let height = u32::try_from(height.as_u64().unwrap_or(900))?.clamp(900, 6000);
    let width = browser.run("return window.innerWidth").await?;
    let width = u32::try_from(width.as_u64().unwrap_or(1280))?;
    browser.resize(width, height).await?;
    fs::write(file, browser.client().screenshot().await?)?;
    browser.resize(width, 900).await
}
