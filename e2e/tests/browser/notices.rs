//! Toasts and their history, for readers who need more time or use a keyboard or a screen reader.

use std::time::Duration;

use e2e::browser::Browser;
use e2e::site::Site;
use serde_json::json;

/// WebDriver's code of the key.
const ESCAPE: &str = "\u{e00c}";
const TOAST: &str = ".toast-stack .alert.show";
const ONE_IS_NEW: &str = "#message-center[aria-label='Messages: 1 new']";
const NONE_IS_NEW: &str = "#message-center[aria-label='Messages']";
const A_MINUTE: Duration = Duration::from_secs(60);

/// A site, and a browser in which toasts stay until time passes.
async fn open() -> anyhow::Result<(Site, Browser)> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.hold_timers().await?;
    Ok((site, browser))
}

/// Opens a post that doesn't exist. The server says so in a flash.
async fn miss_a_post(browser: &Browser) -> anyhow::Result<()> {
    browser.visit("/blogs/none").await?;
    browser.await_app().await?;
    browser.find("[data-testid=not-found]").await?;
    browser.find(TOAST).await?;
    browser.await_stillness().await
}

#[tokio::test]
async fn every_message_can_be_read_again() -> anyhow::Result<()> {
    let (_site, browser) = open().await?;
    browser.visit("/about").await?;
    browser.click("#message-center").await?;
    assert!(
        browser.text("#messages").await?.contains("None yet"),
        "an empty history says what it is for"
    );
    browser.click("#messages .btn-close").await?;
    browser.await_gone("#messages").await?;

    miss_a_post(&browser).await?;
    browser.click(".toast-stack .btn-close").await?;
    browser.await_gone(".toast-stack .alert").await?;
    browser
        .click("[data-testid=not-found] a[href='/blogs']")
        .await?;
    browser.await_path("/blogs").await?;
    browser.click("#message-center").await?;
    browser
        .await_text(".message-history li p", "Blog not found.")
        .await?;
    // The browser returns the focus to the button.
    browser.press(ESCAPE).await?;
    browser.await_gone("#messages").await?;
    browser
        .until(
            "return document.activeElement.id === 'message-center'",
            vec![],
        )
        .await?;

    // The history is kept through a reload, and an equal flash after it is counted.
    miss_a_post(&browser).await?;
    browser.click("#message-center").await?;
    browser
        .await_text(".message-history li .toast-times", "×2")
        .await?;
    Ok(())
}

#[tokio::test]
async fn messages_come_into_regions_that_were_there_before() -> anyhow::Result<()> {
    let (_site, browser) = open().await?;
    browser.visit("/about").await?;
    browser.find(".toast-stack > [role=alert]").await?;
    browser.find(".toast-stack > [role=status]").await?;
    browser
        .run("document.querySelectorAll('.toast-stack > *').forEach(region => { region.dataset.since = 'start' })")
        .await?;
    // Errors are in the region `alert`, other messages in `status`.
    browser.click(".session-panel summary").await?;
    browser.click("#end-session").await?;
    browser
        .find(".toast-stack > [role=status][data-since=start] .alert-info")
        .await?;
    browser
        .run("const link = document.createElement('a'); link.href = '/blogs/none'; link.textContent = 'None';
            document.querySelector('#main h1').append(link); link.click()")
        .await?;
    browser
        .find(".toast-stack > [role=alert][data-since=start] .alert-danger.show")
        .await?;
    // They are in the order of their arrival, and Escape closes the newest first.
    browser
        .until(
            "const top = css => document.querySelector(css).getBoundingClientRect().top;
            return top('.toast-stack .alert-info') < top('.toast-stack .alert-danger')",
            vec![],
        )
        .await?;
    browser.press(ESCAPE).await?;
    browser.await_gone(".toast-stack .alert-danger").await?;
    browser.find(".toast-stack .alert-info.show").await?;
    Ok(())
}

#[tokio::test]
async fn new_messages_are_counted_until_they_are_looked_at() -> anyhow::Result<()> {
    let (_site, browser) = open().await?;
    miss_a_post(&browser).await?;
    browser.find(ONE_IS_NEW).await?;
    browser.visit("/about").await?;
    browser.find(ONE_IS_NEW).await?;
    browser
        .await_text("#message-center .icon-button-count", "1")
        .await?;
    browser.click("#message-center").await?;
    browser.find(".message-history li").await?;
    browser.click("#messages .btn-close").await?;
    browser.find(NONE_IS_NEW).await?;
    assert_eq!(browser.count(".icon-button-count").await?, 0);
    browser.client().refresh().await?;
    browser.find(NONE_IS_NEW).await?;

    miss_a_post(&browser).await?;
    browser.find(ONE_IS_NEW).await?;
    Ok(())
}

#[tokio::test]
async fn a_dialog_does_not_take_time_from_the_messages_behind_it() -> anyhow::Result<()> {
    let (_site, browser) = open().await?;
    miss_a_post(&browser).await?;
    browser.click("#message-center").await?;
    browser
        .until(
            "return !!document.activeElement.closest('#messages')",
            vec![],
        )
        .await?;
    browser.pass_time(A_MINUTE).await?;
    assert_eq!(browser.count(TOAST).await?, 1);
    browser.click("#messages .btn-close").await?;
    browser.await_gone("#messages").await?;
    browser
        .until(
            "passTime(60_000); return !document.querySelector('.toast-stack .alert')",
            vec![],
        )
        .await?;
    Ok(())
}

#[tokio::test]
async fn escape_closes_the_newest_message_and_the_focus_is_never_lost() -> anyhow::Result<()> {
    let (_site, browser) = open().await?;
    miss_a_post(&browser).await?;
    // If the focus was only on the toast's own button, it moves to the page's heading.
    browser
        .run("document.querySelector('.toast-stack .btn-close').focus()")
        .await?;
    browser.press(ESCAPE).await?;
    browser.await_gone(".toast-stack .alert").await?;
    browser
        .until("return document.activeElement.tagName === 'H1'", vec![])
        .await?;

    // If it came from another control, it moves back there. That control is in the frame, which stays
    // while the page renders again.
    miss_a_post(&browser).await?;
    browser
        .run(
            "document.querySelector('.navbar-brand').focus();
            document.querySelector('.toast-stack .btn-close').focus()",
        )
        .await?;
    browser.press(ESCAPE).await?;
    browser.await_gone(".toast-stack .alert").await?;
    browser
        .until(
            "return document.activeElement.matches('.navbar-brand')",
            vec![],
        )
        .await?;
    Ok(())
}

#[tokio::test]
async fn readers_who_need_more_time_keep_messages_on_the_screen() -> anyhow::Result<()> {
    let (_site, browser) = open().await?;
    browser.visit("/about").await?;
    browser.click("#message-center").await?;
    browser.click("#keep-messages").await?;
    browser.click("#messages .btn-close").await?;
    browser.await_gone("#messages").await?;

    miss_a_post(&browser).await?;
    browser.pass_time(A_MINUTE).await?;
    assert_eq!(browser.count(TOAST).await?, 1);
    browser.click("#message-center").await?;
    browser.click("#keep-messages").await?;
    browser.click("#messages .btn-close").await?;
    browser
        .until(
            "passTime(60_000); return !document.querySelector('.toast-stack .alert')",
            vec![],
        )
        .await?;
    Ok(())
}

#[tokio::test]
async fn single_keys_move_through_the_site_until_they_are_turned_off() -> anyhow::Result<()> {
    let (_site, browser) = open().await?;
    browser.visit("/blogs").await?;
    browser.find("[data-testid=blog-card]").await?;
    let at_card = "const links = [...document.querySelectorAll('.blog-card .stretched-link')];
        return links.indexOf(document.activeElement) === arguments[0]";
    for (key, card) in [("j", 0), ("j", 1), ("j", 2), ("k", 1)] {
        browser.press(key).await?;
        browser.until(at_card, vec![json!(card)]).await?;
    }
    browser.press("t").await?;
    browser
        .until("return localStorage.getItem('theme') === 'dark'", vec![])
        .await?;
    browser.press("?").await?;
    browser.find("dialog#shortcuts[open]").await?;
    // While a dialog is open, shortcuts don't work.
    browser.press("j").await?;
    browser.click("#shortcuts-on").await?;
    browser.press(ESCAPE).await?;
    browser.await_gone("#shortcuts").await?;
    browser.until(at_card, vec![json!(1)]).await?;
    browser.press("j").await?;
    browser.press("?").await?;
    browser.until(at_card, vec![json!(1)]).await?;
    assert_eq!(browser.count("#shortcuts").await?, 0);

    // The list with the setting can still be opened, and the setting is kept through a reload.
    browser.client().refresh().await?;
    browser.click("#show-shortcuts").await?;
    browser
        .until(
            "return !document.getElementById('shortcuts-on').checked",
            vec![],
        )
        .await?;
    browser.click("#shortcuts-on").await?;
    browser.click("#shortcuts .btn-close").await?;
    browser.await_gone("#shortcuts").await?;

    // In a field the keys type letters.
    browser.click(".site-footer a[href='/contact']").await?;
    browser.type_into("#name", "jkt?").await?;
    browser
        .until(
            "return document.getElementById('name').value === 'jkt?'",
            vec![],
        )
        .await?;
    assert_eq!(browser.count("#shortcuts").await?, 0);
    Ok(())
}
