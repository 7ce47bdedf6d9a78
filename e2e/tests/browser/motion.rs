//! Readers who prefer less motion.

use e2e::browser::Browser;
use e2e::fault_proxy::{Fault, FaultProxy};
use e2e::site::Site;

/// Whether the page is at its top right after a click on "Back to top".
const TO_TOP: &str = "document.querySelector('.back-to-top').click(); return scrollY === 0";

/// A browser of a reader who prefers less motion.
async fn open_still(origin: &str) -> anyhow::Result<Browser> {
    let browser = Browser::open(origin).await?;
    browser.prefer("prefers-reduced-motion", "reduce").await?;
    Ok(browser)
}

async fn scroll_down(browser: &Browser) -> anyhow::Result<()> {
    browser.visit("/blogs").await?;
    browser.find("[data-testid=blog-card]").await?;
    browser.run("scrollTo(0, 500)").await?;
    browser.find(".back-to-top").await?;
    Ok(())
}

#[tokio::test]
async fn scrolling_to_the_top_is_smooth_unless_motion_is_reduced() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let still = open_still(site.origin()).await?;
    scroll_down(&still).await?;
    assert_eq!(still.run(TO_TOP).await?, true);
    drop(still);

    let moving = Browser::open(site.origin()).await?;
    scroll_down(&moving).await?;
    assert_eq!(moving.run(TO_TOP).await?, false, "the scrolling is smooth");
    moving.until("return scrollY === 0", vec![]).await?;
    Ok(())
}

/// Records whether the browser animates the transition to a page.
const REVEAL: &str = "addEventListener('pagereveal', event => { window.isAnimated = event.viewTransition !== null })";

#[tokio::test]
async fn transitions_between_pages_are_animated_unless_motion_is_reduced() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    // The browser animates transitions between documents, that is before the app has started.
    proxy.set("_bg.wasm", Fault::Silence);
    for (preferred, is_animated) in [("no-preference", true), ("reduce", false)] {
        let browser = Browser::open(proxy.origin()).await?;
        browser.prefer("prefers-reduced-motion", preferred).await?;
        browser.prepare_pages(REVEAL).await?;
        browser.use_pages_without_app();
        browser.visit("/").await?;
        browser.click(".site-footer a[href='/about']").await?;
        browser.await_text("h1", "About FlashBlog").await?;
        browser
            .until("return typeof isAnimated === 'boolean'", vec![])
            .await?;
        let animated = browser.run("return isAnimated").await?;
        assert_eq!(animated, is_animated, "{preferred}");
    }
    Ok(())
}

#[tokio::test]
async fn placeholders_and_toasts_hold_still_if_motion_is_reduced() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = open_still(proxy.origin()).await?;
    browser.hold_timers().await?;
    browser.visit("/about").await?;
    proxy.set("/api/v1/blogs", Fault::Silence);
    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.find(".blog-card .placeholder").await?;
    browser.await_stillness().await?;
    proxy.lift();
    browser.find("[data-testid=blog-card]").await?;

    browser.visit("/blogs/none").await?;
    browser.find(".toast-stack .alert.show").await?;
    browser.await_stillness().await?;
    browser.click(".toast-stack .btn-close").await?;
    browser.await_gone(".toast-stack .alert").await?;
    Ok(())
}
