//! `--preview`: an open page is loaded again when its file has changed.

use std::fs;
use std::path::Path;

use e2e::browser::Browser;
use e2e::site::Site;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Scrolls down and focuses a link. Returns the scroll position.
const READ: &str = "document.querySelector('#app a[href=\"https://example.org/\"]').focus();
    scrollTo({top: 1234, behavior: 'instant'});
    return scrollY";
const PLACE: &str = "return [scrollY, document.activeElement.href ?? '']";

/// A post that is several screens long.
fn post(words: &str) -> String {
    let paragraphs: String = (0..60)
        .map(|number| format!("Paragraph {number}.\n\n"))
        .collect();
    format!(
        "---\ntitle: A post\ndraft: true\n---\n{words}\n\n[A link](https://example.org/)\n\n{paragraphs}"
    )
}

async fn open(folder: &Path, path: &str) -> anyhow::Result<(Site, Browser)> {
    let folder = folder.to_str().expect("UTF-8");
    let site = Site::with_arguments(&["--preview", "--source", folder]).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.visit(path).await?;
    browser.await_app().await?;
    Ok((site, browser))
}

#[tokio::test]
async fn an_open_page_shows_a_saved_change_and_keeps_its_place() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let file = folder.path().join("a.md");
    fs::write(&file, post("First words."))?;
    let (_site, browser) = open(folder.path(), "/blogs/a").await?;
    browser.await_text(".prose p", "First words.").await?;
    browser.await_text(".byline-mark", "Draft").await?;
    browser.run(READ).await?;
    let place = json!([1234, "https://example.org/"]);
    assert_eq!(browser.run(PLACE).await?, place);

    fs::write(&file, post("Other words."))?;
    browser.await_text(".prose p", "Other words.").await?;
    browser.await_app().await?;
    await_place(&browser, &place).await?;

    // The page of a broken file is too short for the scroll position. It is restored with the post.
    fs::write(&file, "---\ntitle: [\n---\n")?;
    browser.await_text("h1", "a.md can’t be read").await?;
    browser.await_text(".byline-mark", "Error").await?;
    assert!(browser.text(".prose pre").await?.starts_with("a.md: line "));
    browser.await_app().await?;
    fs::write(&file, post("Mended words."))?;
    browser.await_text(".prose p", "Mended words.").await?;
    browser.await_app().await?;
    browser.until("return scrollY === 1234", Vec::new()).await?;

    // A new post appears in the open list, with its mark.
    browser.visit("/blogs").await?;
    browser.await_app().await?;
    let new = folder.path().join("b.md");
    fs::write(&new, "---\ntitle: Later\ndate: 2999-03-05\n---\n")?;
    browser.await_text(".card-title", "A post").await?;
    browser
        .await_text(
            ".blog-card:last-child .byline-mark",
            "Scheduled for 5 March 2999",
        )
        .await?;
    Ok(())
}

async fn await_place(browser: &Browser, place: &Value) -> anyhow::Result<()> {
    let is_there =
        "return JSON.stringify([scrollY, document.activeElement.href ?? '']) === arguments[0]";
    browser
        .until(is_there, vec![json!(place.to_string())])
        .await
}

#[tokio::test]
async fn a_page_that_only_the_app_renders_keeps_its_place_too() -> anyhow::Result<()> {
    let folder = TempDir::new()?;
    let file = folder.path().join("a.md");
    fs::write(&file, post("First words."))?;
    let folder = folder.path().to_str().expect("UTF-8");
    let arguments = ["--preview", "--rendered-pages", "off", "--source", folder];
    let site = Site::with_arguments(&arguments).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.visit("/blogs/a").await?;
    browser.await_text(".prose p", "First words.").await?;
    browser.run(READ).await?;
    fs::write(&file, post("Other words."))?;
    browser.await_text(".prose p", "Other words.").await?;
    await_place(&browser, &json!([1234, "https://example.org/"])).await
}
