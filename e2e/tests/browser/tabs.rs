//! One session in two tabs, and the Back button.

use e2e::browser::Browser;
use e2e::site::Site;
use fantoccini::wd::WindowHandle;

use crate::open_page;
use crate::session::read_on;

const ALERT: &str = ".toast-stack .alert";
/// A form post like that of a browser without scripts, but it does not follow the redirect. So its flashes
/// wait.
const POST_AND_STAY: &str = "
    const done = arguments[arguments.length - 1];
    const message = {name: 'Ada', email: 'ada@example.org', subject: 'A question', message: 'How?'};
    fetch('/contact', {method: 'POST', body: new URLSearchParams(message), redirect: 'manual'})
        .then(answer => done(answer.type), error => done(String(error)))";

/// Opens a page in another tab and switches to it. Returns the first tab and the new one.
async fn second_tab(browser: &Browser, path: &str) -> anyhow::Result<(WindowHandle, WindowHandle)> {
    let first = browser.client().window().await?;
    let second = browser.client().new_window(true).await?.handle;
    browser.client().switch_to_window(second.clone()).await?;
    browser.visit(path).await?;
    Ok((first, second))
}

#[tokio::test]
async fn a_theme_that_is_chosen_in_one_tab_is_the_others_too() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    let about = "/about";
    browser.visit(about).await?;
    browser.find("#theme-toggle").await?;
    let (first, second) = second_tab(&browser, about).await?;
    for (tab, theme) in [(&second, "system"), (&first, "dark")] {
        browser.client().switch_to_window(tab.clone()).await?;
        let toggle = format!("#theme-toggle[title^='Theme: {theme}.']");
        browser.click(&toggle).await?;
    }
    for tab in [second, first] {
        browser.client().switch_to_window(tab).await?;
        browser.find("html[data-bs-theme=light]").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_message_that_waits_is_shown_once_in_one_of_them() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    let about = "/about";
    browser.visit(about).await?;
    browser.await_text("h1", "About FlashBlog").await?;
    // When the app starts, it asks for waiting flashes.
    browser.await_app().await?;
    let sent = browser
        .client()
        .execute_async(POST_AND_STAY, vec![])
        .await?;
    assert_eq!(sent, "opaqueredirect");
    let (first, _) = second_tab(&browser, "/blogs").await?;
    browser.find(&format!("{ALERT}.alert-success.show")).await?;
    // Two flashes: the message was sent, and its reference.
    assert_eq!(browser.count(ALERT).await?, 2);

    browser.client().switch_to_window(first).await?;
    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.find("[data-testid=blog-card]").await?;
    assert_eq!(browser.count(ALERT).await?, 0);
    Ok(())
}

#[tokio::test]
async fn back_neither_shows_the_message_of_a_page_again_nor_takes_one() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    let leave = async || {
        let sent = browser.client().execute_async(POST_AND_STAY, vec![]).await;
        assert_eq!(sent.ok(), Some("opaqueredirect".into()));
    };
    browser.visit("/blogs").await?;
    browser.await_app().await?;
    leave().await;
    // This loads a document; the app does not open the page.
    browser.visit("/about").await?;
    browser.find(&format!("{ALERT}.show")).await?;
    browser.await_app().await?;
    assert_eq!(browser.count(ALERT).await?, 2);
    browser.await_gone(ALERT).await?;
    browser.visit("/contact").await?;
    browser.client().back().await?;
    browser.await_text("h1", "About FlashBlog").await?;
    browser.await_app().await?;
    browser.await_text(".icon-button-count", "2").await?;
    assert_eq!(browser.count(ALERT).await?, 0);

    // The next page that asks the server shows the flashes, and no other page does.
    leave().await;
    browser.client().back().await?;
    browser.await_text("h1", "Blogs").await?;
    browser.await_app().await?;
    if browser.count(ALERT).await? == 0 {
        browser.click(".navbar-nav a[href='/about']").await?;
    }
    browser.find(&format!("{ALERT}.show")).await?;
    assert_eq!(browser.count(ALERT).await?, 2);
    browser.visit("/contact").await?;
    browser.await_app().await?;
    assert_eq!(browser.count(ALERT).await?, 0);
    Ok(())
}

/// Back may show a page that the browser kept, so the page is reloaded.
#[tokio::test]
async fn without_scripts_a_reloaded_page_shows_its_flash_no_more() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.disable_scripts().await?;
    browser.visit("/contact").await?;
    for (field, text) in [
        ("#name", "Ada"),
        ("#email", "ada@example.org"),
        ("#subject", "A question"),
        ("#message", "How?"),
    ] {
        browser.type_into(field, text).await?;
    }
    browser.click(".contact-form button").await?;
    browser.find(&format!("{ALERT}.alert-success")).await?;
    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.await_text("h1", "Blogs").await?;
    assert_eq!(browser.count(ALERT).await?, 0);
    browser.client().back().await?;
    browser.await_text("h1", "Contact").await?;
    browser.client().refresh().await?;
    browser.await_text("h1", "Contact").await?;
    assert_eq!(browser.count(ALERT).await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_session_that_ends_in_one_tab_does_not_disturb_the_other() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/blogs").await?;
    browser.find("[data-testid=blog-card]").await?;
    let (first, _) = second_tab(&browser, "/about").await?;
    browser.click(".session-panel summary").await?;
    browser.click("#end-session").await?;
    browser.find(&format!("{ALERT}.alert-info.show")).await?;

    browser.client().switch_to_window(first).await?;
    read_on(&browser).await
}
