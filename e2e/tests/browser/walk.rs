//! A visit of the site: pages, addresses, toasts, themes.

use std::time::Duration;

use anyhow::Context;
use e2e::browser::Browser;
use e2e::site::Site;

use crate::open_page;

const PAGE_2: &str = "nav[aria-label=Pages] a[href='/blogs?page=2']";
const CARD: &str = "[data-testid=blog-card]";
const SECOND_LINK: &str = ".blog-grid > :nth-child(2) .stretched-link";
const LAST_LINK: &str = ".blog-grid > :last-child .stretched-link";
/// Whether the page has this theme, and the browser's bar has the page's colour.
const IS_SHOWN: &str = "
    const rgb = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number);
    const hex = '#' + rgb.map(part => part.toString(16).padStart(2, '0')).join('');
    return document.documentElement.dataset.bsTheme === arguments[0]
        && document.querySelector('meta[name=theme-color]').content === hex";
const TOAST: &str = ".toast-stack [role=alert] .alert";

#[tokio::test]
async fn a_newcomer_reads_blogs() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.hold_timers().await?;
    browser.visit("/").await?;
    browser.find(&format!(".featured {CARD}")).await?;
    assert_eq!(browser.count(&format!(".featured {CARD}")).await?, 3);
    assert_eq!(browser.count("#main h1").await?, 1);
    assert!(browser.client().title().await?.contains("FlashBlog"));

    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.await_path("/blogs").await?;
    browser.await_text("h1", "Blogs").await?;
    browser.find(CARD).await?;
    assert_eq!(browser.count(CARD).await?, 6);
    browser
        .find(".navbar-nav a[href='/blogs'][aria-current=page]")
        .await?;

    browser.click(PAGE_2).await?;
    browser.await_path("/blogs?page=2").await?;
    browser
        .find(".page-item.active a[href='/blogs?page=2'][aria-current=page]")
        .await?;

    // The first post on this page has no text.
    let title = browser.text(SECOND_LINK).await?;
    browser.click(SECOND_LINK).await?;
    browser.await_text("h1", &title).await?;
    assert!(browser.path().await?.starts_with("/blogs/"));
    browser.find(".post .byline").await?;
    browser.find(".post .prose").await?;

    browser.visit("/blogs/no-such-post").await?;
    browser.find("[data-testid=not-found]").await?;
    let class = browser.attribute(TOAST, "class").await?;
    for name in [
        "alert-danger",
        "alert-dismissible",
        "fade",
        "show",
        "shadow-lg",
    ] {
        assert!(class.split(' ').any(|own| own == name), "{class}");
    }
    assert!(browser.text(TOAST).await?.contains("Blog not found."));
    browser
        .find(".toast-stack .alert .btn-close[aria-label=Close]")
        .await?;
    assert_eq!(browser.path().await?, "/blogs/no-such-post");

    browser.click("[data-testid=not-found] a[href='/']").await?;
    browser.await_path("/").await?;
    browser.find(&format!(".featured {CARD}")).await?;
    // The toast goes away after five seconds.
    browser.pass_time(Duration::from_millis(4_999)).await?;
    assert_eq!(browser.count(&format!("{TOAST}.show")).await?, 1);
    browser.pass_time(Duration::from_millis(1)).await?;
    browser.await_gone(".toast-stack .alert").await?;
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn back_and_forward_keep_their_place() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.resize(390, 600).await?;
    for path in ["/blogs", "/blogs?page=2"] {
        browser.visit(path).await?;
        let title = browser.text(LAST_LINK).await?;
        browser.await_gone(".placeholder").await?;
        browser
            .run("window.scrollTo(0, document.body.scrollHeight)")
            .await?;
        let before = browser.run("return Math.round(window.scrollY)").await?;
        assert!(before.as_i64() > Some(300), "{before}");
        browser
            .run(&format!("document.querySelector('{LAST_LINK}').click()"))
            .await?;
        browser.await_text("h1", &title).await?;
        browser.until("return window.scrollY < 50", vec![]).await?;
        browser.client().back().await?;
        browser.await_path(path).await?;
        browser
            .until(
                "return Math.abs(window.scrollY - arguments[0]) < 4",
                vec![before],
            )
            .await
            .with_context(|| format!("back on {path}"))?;
        browser.client().forward().await?;
        browser.await_text("h1", &title).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_unknown_address_is_the_404_view_without_a_toast() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/no/such/page").await?;
    browser.find("[data-testid=not-found]").await?;
    assert_eq!(browser.path().await?, "/no/such/page");
    assert_eq!(browser.count(".toast-stack .alert").await?, 0);
    assert!(browser.client().title().await?.contains("not found"));
    Ok(())
}

#[tokio::test]
async fn a_toast_can_be_closed_and_each_message_is_shown_once() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.hold_timers().await?;
    browser.visit("/blogs/none").await?;
    browser.find(".toast-stack .alert").await?;
    assert_eq!(browser.count(".toast-stack .alert").await?, 1);
    browser.click(".toast-stack .btn-close").await?;
    browser.await_gone(".toast-stack .alert").await?;
    browser
        .click("[data-testid=not-found] a[href='/blogs']")
        .await?;
    browser.find(CARD).await?;
    assert_eq!(browser.count(".toast-stack .alert").await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_theme_is_chosen_kept_and_never_flashes() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.prefer("prefers-color-scheme", "dark").await?;
    browser.visit("/").await?;
    browser.until(IS_SHOWN, vec!["dark".into()]).await?;
    // The system's theme is dark, so the next one is light.
    browser.click("#theme-toggle").await?;
    browser.until(IS_SHOWN, vec!["light".into()]).await?;
    browser.visit("/about").await?;
    browser.until(IS_SHOWN, vec!["light".into()]).await?;
    Ok(())
}

#[tokio::test]
async fn the_theme_button_shows_each_choice_and_comes_back_to_the_systems_theme()
-> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    for (system, other) in [("light", "dark"), ("dark", "light")] {
        browser.prefer("prefers-color-scheme", system).await?;
        browser.visit("/about").await?;
        for (choice, shown) in [("system", system), (other, other), (system, system)] {
            browser
                .find(&format!("#theme-toggle[title^='Theme: {choice}.']"))
                .await?;
            browser.until(IS_SHOWN, vec![shown.into()]).await?;
            browser.click("#theme-toggle").await?;
        }
        browser
            .find("#theme-toggle[title^='Theme: system.']")
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_page_scrolls_sideways_on_a_narrow_phone() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.resize(320, 640).await?;
    let long_words = "/blogs/three-dashes-and-a-colon";
    for path in [
        "/",
        "/blogs",
        long_words,
        "/blogs/sqlite-in-wal-mode",
        "/about",
        "/nowhere",
    ] {
        browser.visit(path).await?;
        browser.find("h1").await?;
        browser
            .until("return !document.querySelector('.placeholder')", vec![])
            .await?;
        let overflow = browser
            .run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            .await?;
        assert_eq!(overflow, 0, "{path}");
    }
    Ok(())
}
