//! The site without a pointer.

use anyhow::bail;
use e2e::browser::Browser;
use e2e::site::Site;
use serde_json::json;

use crate::open_page;

const TAB: &str = "\u{e004}";
const SHIFT_TAB: &str = "\u{e008}\u{e004}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
/// More than the number of controls on any page.
const MANY: usize = 60;

const HAS_FOCUS: &str = "return document.activeElement.matches(arguments[0])";
/// Whether the focused element is on the screen, nothing covers it, and it or its card has an outline
/// (WCAG 2.4.7, 2.4.11).
const IS_SEEN: &str =
    "const focused = document.activeElement, box = focused.getBoundingClientRect();
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    const isOutlined = element => {
        const {outlineStyle, outlineWidth, outlineColor} = getComputedStyle(element);
        return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2
            && !outlineColor.endsWith(', 0)');
    };
    const card = focused.matches('.stretched-link') && focused.closest('.blog-card');
    return !!hit && focused.contains(hit) && isOutlined(card || focused)";

/// Presses a key until an element that matches `target` has the focus. Fails if a focused element on the
/// way can't be seen.
async fn walk(browser: &Browser, key: &str, target: &str) -> anyhow::Result<()> {
    for _ in 0..MANY {
        browser.press(key).await?;
        if browser.until(IS_SEEN, vec![]).await.is_err() {
            let focused = browser.client().active_element().await?.html(false).await?;
            bail!("has the focus, but can't be seen: {focused}");
        }
        let there = browser
            .client()
            .execute(HAS_FOCUS, vec![json!(target)])
            .await?;
        if there == true {
            return Ok(());
        }
    }
    bail!("the keyboard does not lead to {target}")
}

async fn arrive(browser: &Browser, heading: &str) -> anyhow::Result<()> {
    browser.await_text("h1", heading).await?;
    browser.until(HAS_FOCUS, vec![json!("main h1")]).await
}

#[tokio::test]
async fn a_post_is_read_and_a_message_sent_by_keyboard_alone() -> anyhow::Result<()> {
    let (site, browser) = open_page("/").await?;
    browser.find(".featured [data-testid=blog-card]").await?;

    walk(&browser, TAB, ".skip-link").await?;
    browser.press(ENTER).await?;
    browser.until(HAS_FOCUS, vec![json!("#main")]).await?;
    walk(&browser, TAB, ".featured .stretched-link").await?;
    let title = browser.client().active_element().await?.text().await?;
    browser.press(ENTER).await?;
    arrive(&browser, &title).await?;

    walk(&browser, SHIFT_TAB, ".navbar-nav a[href='/blogs']").await?;
    browser.press(ENTER).await?;
    arrive(&browser, "Blogs").await?;
    walk(
        &browser,
        TAB,
        "nav[aria-label=Pages] a[href='/blogs?page=2']",
    )
    .await?;
    browser.press(ENTER).await?;
    browser
        .find(".page-item.active a[href='/blogs?page=2']")
        .await?;

    walk(&browser, SHIFT_TAB, ".navbar-nav a[href='/contact']").await?;
    browser.press(ENTER).await?;
    arrive(&browser, "Contact").await?;
    for (field, text) in [
        ("#name", "Ada"),
        ("#email", "ada@example.org"),
        ("#subject", "A question"),
        ("#message", "How do flash messages work?"),
    ] {
        // The next field follows at once: the honeypot can't be focused.
        browser.press(TAB).await?;
        browser.until(HAS_FOCUS, vec![json!(field)]).await?;
        browser.press(text).await?;
    }
    walk(&browser, TAB, ".contact-form button").await?;
    browser.press(ENTER).await?;
    arrive(&browser, "Message received").await?;
    assert_eq!(site.messages().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_menu_of_a_narrow_screen_opens_and_closes_by_keyboard() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.resize(390, 800).await?;
    browser.visit("/about").await?;
    browser.await_text("h1", "About FlashBlog").await?;
    walk(&browser, TAB, ".navbar-toggler").await?;
    browser.press(ENTER).await?;
    browser.find(".navbar-toggler[aria-expanded=true]").await?;
    walk(&browser, TAB, "#main-menu a[href='/blogs']").await?;
    browser.press(ESCAPE).await?;
    browser.find(".navbar-toggler[aria-expanded=false]").await?;
    browser
        .until(HAS_FOCUS, vec![json!(".navbar-toggler")])
        .await?;
    browser.press(ENTER).await?;
    walk(&browser, TAB, "#main-menu a[href='/blogs']").await?;
    browser.press(ENTER).await?;
    arrive(&browser, "Blogs").await?;
    browser.find(".navbar-toggler[aria-expanded=false]").await?;
    Ok(())
}

#[tokio::test]
async fn a_dialog_and_a_message_are_closed_by_keyboard() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.hold_timers().await?;
    browser.visit("/blogs/nothing-here").await?;
    browser.find(".toast-stack .alert.show").await?;

    browser.press("?").await?;
    browser
        .until(HAS_FOCUS, vec![json!("#shortcuts .btn-close")])
        .await?;
    browser.until(IS_SEEN, vec![]).await?;
    browser.press(ENTER).await?;
    browser.await_gone("#shortcuts").await?;

    walk(&browser, TAB, ".toast-stack .btn-close").await?;
    browser.press(ENTER).await?;
    browser.await_gone(".toast-stack .alert.show").await?;
    Ok(())
}
