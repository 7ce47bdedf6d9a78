//! Reading posts: tags, table of contents, progress bar, print, sharing.

use e2e::browser::Browser;
use e2e::site::Site;
use serde_json::json;

use crate::open_page;

/// A long post with headings on two levels.
const LONG: &str = "/blogs/a-session-is-a-signature";
const CARD: &str = "[data-testid=blog-card]";
const STATUS: &str = ".share [role=status]";

#[tokio::test]
async fn a_tag_leads_to_all_posts_with_it_and_back_to_all() -> anyhow::Result<()> {
    let (_site, browser) = open_page(LONG).await?;
    browser
        .click("ul[aria-label=Tags] a[href='/blogs?tag=jwt']")
        .await?;
    browser.await_path("/blogs?tag=jwt").await?;
    browser.await_text("h1", "Posts tagged jwt").await?;
    browser.await_text("#blogs-count", "2 posts").await?;
    assert_eq!(browser.count(CARD).await?, 2);
    assert_eq!(
        browser.client().title().await?,
        "Posts tagged jwt · FlashBlog"
    );
    browser
        .find(".chip[href='/blogs']:not([aria-current])")
        .await?;
    assert_eq!(browser.count(".chip[aria-current]").await?, 0);

    browser.click(".page-head a[href='/blogs']").await?;
    browser.await_path("/blogs").await?;
    browser.await_text("h1", "Blogs").await?;
    browser.find(".chip[aria-current][href='/blogs']").await?;

    browser
        .visit("/blogs?category=Sessions&tag=no%20such")
        .await?;
    browser
        .await_text(
            ".empty",
            "No posts in “Sessions” tagged “no such”. Show all posts",
        )
        .await?;
    browser.click(".empty a").await?;
    browser.await_path("/blogs").await?;
    browser.find(CARD).await?;
    Ok(())
}

#[tokio::test]
async fn the_contents_lead_to_a_section_and_back_returns() -> anyhow::Result<()> {
    let (_site, browser) = open_page(LONG).await?;
    browser.find(".contents details[open]").await?;
    browser.run("window.scrollTo(0, 600)").await?;
    browser
        .until("return Math.round(scrollY) === 600", vec![])
        .await?;
    browser.click(".contents a[href='#h-checks']").await?;
    let at_the_section =
        "const top = document.getElementById('h-checks').getBoundingClientRect().top;
        const header = document.querySelector('.site-header').getBoundingClientRect().bottom;
        return location.hash === '#h-checks' && document.activeElement.id === 'h-checks'
            && top > header - 1 && top < header + 100";
    browser.until(at_the_section, vec![]).await?;
    browser
        .find(".contents a[href='#h-checks'][aria-current=location]")
        .await?;
    assert_eq!(browser.count(".contents [aria-current]").await?, 1);

    browser.client().back().await?;
    browser
        .until(
            "return location.hash === '' && Math.abs(scrollY - 600) < 20",
            vec![],
        )
        .await?;
    browser.await_path(LONG).await?;
    browser.client().forward().await?;
    browser.until(at_the_section, vec![]).await?;

    // An address with a hash works from the same page and from another one.
    for _ in 0..2 {
        browser.visit(&format!("{LONG}#h-keys")).await?;
        browser
            .find(".contents a[href='#h-keys'][aria-current=location]")
            .await?;
        browser.visit("/about").await?;
        browser.await_text("h1", "About FlashBlog").await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_current_section_is_in_sight_in_long_contents() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.resize(1280, 400).await?;
    browser.visit(LONG).await?;
    browser.find(".contents details[open]").await?;
    browser
        .run("document.getElementById('h-the-short-version').scrollIntoView()")
        .await?;
    browser
        .until(
            "const contents = document.querySelector('.contents');
             const link = contents.querySelector('[aria-current]');
             if (link?.hash !== '#h-the-short-version') return false;
             const [frame, place] = [contents, link].map(e => e.getBoundingClientRect());
             // A tolerance of 1 px: scroll positions are whole pixels, line heights are not.
             return contents.scrollHeight > contents.clientHeight
                && place.top > frame.top - 1 && place.bottom < frame.bottom + 1",
            vec![],
        )
        .await?;
    Ok(())
}

#[tokio::test]
async fn the_contents_fold_away_on_a_phone_and_short_posts_have_none() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.resize(390, 844).await?;
    browser.visit(LONG).await?;
    browser.find(".contents details:not([open])").await?;
    browser.click(".contents summary").await?;
    browser.click(".contents a[href='#h-keys']").await?;
    browser
        .until(
            "return document.activeElement.id === 'h-keys' && scrollY > 500",
            vec![],
        )
        .await?;
    browser.visit("/blogs/the-posts-are-in-the-binary").await?;
    browser.find(".share button").await?;
    assert_eq!(browser.count(".contents").await?, 0);
    assert_eq!(browser.count(".post-long").await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_progress_bar_follows_the_text_unless_motion_is_reduced() -> anyhow::Result<()> {
    let (_site, browser) = open_page(LONG).await?;
    browser.find(".post-long .prose").await?;
    let width = "const bar = getComputedStyle(document.querySelector('.post-long'), '::before');
        const [x] = bar.transform.replace('matrix(', '').split(',').map(Number);
        return bar.transform === 'none' ? 1 : x";
    let is_filled = |share: &str| format!("const x = (() => {{ {width} }})(); return {share}");
    browser.until(&is_filled("x < 0.01"), vec![]).await?;
    browser
        .run("document.querySelector('#h-keys').scrollIntoView()")
        .await?;
    browser
        .until(&is_filled("x > 0.3 && x < 0.95"), vec![])
        .await?;
    browser.run("window.scrollTo(0, 100000)").await?;
    browser.until(&is_filled("x > 0.99"), vec![]).await?;
    browser.prefer("prefers-reduced-motion", "reduce").await?;
    let bar = "return getComputedStyle(document.querySelector('.post-long'), '::before').content";
    assert_eq!(browser.run(bar).await?, "none");
    Ok(())
}

#[tokio::test]
async fn print_has_the_text_and_no_controls() -> anyhow::Result<()> {
    let (_site, browser) = open_page(LONG).await?;
    browser.find(".contents").await?;
    browser
        .devtools("Emulation.setEmulatedMedia", json!({"media": "print"}))
        .await?;
    browser
        .until(
            "const display = css => getComputedStyle(document.querySelector(css)).display;
             return ['.contents', '.share', '.neighbours'].every(css => display(css) === 'none')
                && display('.prose') === 'block'
                && getComputedStyle(document.querySelector('.post'), '::before').content === 'none'",
            vec![],
        )
        .await?;
    Ok(())
}

async fn allow_clipboard(browser: &Browser, setting: &str) -> anyhow::Result<()> {
    for name in ["clipboard-read", "clipboard-write"] {
        let permission = json!({
            "permission": {"name": name, "allowWithoutSanitization": false},
            "setting": setting,
        });
        browser
            .devtools("Browser.setPermission", permission)
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_link_is_copied_or_shown_to_be_copied() -> anyhow::Result<()> {
    let (site, browser) = open_page(LONG).await?;
    browser.await_text(STATUS, "").await?;
    allow_clipboard(&browser, "granted").await?;
    browser.click(".share button:last-of-type").await?;
    browser.await_text(STATUS, "Link copied.").await?;
    let address = format!("{}{LONG}", site.origin());
    browser
        .until(
            "return navigator.clipboard.readText().then(text => text === arguments[0])",
            vec![json!(address)],
        )
        .await?;
    assert_eq!(browser.count(".share input").await?, 0);

    browser.client().refresh().await?;
    allow_clipboard(&browser, "denied").await?;
    browser.click(".share button:last-of-type").await?;
    browser
        .await_text(STATUS, "Please copy the link yourself:")
        .await?;
    browser
        .until(
            "const field = document.activeElement;
             return field.matches('.share input') && field.value === arguments[0]
                && field.selectionEnd - field.selectionStart === field.value.length",
            vec![json!(address)],
        )
        .await?;
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn the_systems_share_dialog_is_offered_if_there_is_one() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    let stub = "Navigator.prototype.share = data => {
        window.shared = data;
        return window.refusal ? Promise.reject(new DOMException('', window.refusal)) : Promise.resolve();
    }";
    browser.prepare_pages(stub).await?;
    browser.visit(LONG).await?;
    browser.await_text(".share button", "Share").await?;
    browser.click(".share button").await?;
    browser
        .until(
            "return window.shared?.url === arguments[0]
                && window.shared.title === 'A session is a signature'",
            vec![json!(format!("{}{LONG}", site.origin()))],
        )
        .await?;
    // Closing the dialog is not a failure.
    browser
        .run("window.shared = null; window.refusal = 'AbortError'")
        .await?;
    browser.click(".share button").await?;
    browser.until("return window.shared", vec![]).await?;
    browser.await_text(STATUS, "").await?;
    browser.run("window.refusal = 'NotAllowedError'").await?;
    browser.click(".share button").await?;
    browser.find(".share input").await?;
    Ok(())
}
