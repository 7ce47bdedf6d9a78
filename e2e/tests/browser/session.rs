//! The reader's session, where it matters.

use e2e::browser::Browser;
use e2e::site::Site;

#[tokio::test]
async fn the_about_page_shows_the_session_and_ends_it() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open().await?;
    browser.visit(&format!("{}/about", site.origin())).await?;
    browser.click(".session-panel summary").await?;
    let shown = browser.text(".session-facts code").await?;
    assert_eq!(
        shown.chars().count(),
        9,
        "eight characters and an ellipsis: {shown}"
    );
    browser.click("#end-session").await?;
    browser
        .await_text(".toast-stack .alert-info p", "Your session has ended.")
        .await?;
    browser.client().refresh().await?;
    browser.click(".session-panel summary").await?;
    assert_ne!(
        browser.text(".session-facts code").await?,
        shown,
        "a new one has begun"
    );
    Ok(())
}

#[tokio::test]
async fn a_session_that_was_lost_is_renewed_without_a_word() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open().await?;
    browser.visit(&format!("{}/blogs", site.origin())).await?;
    browser.find("[data-testid=blog-card]").await?;
    browser
        .devtools("Network.clearBrowserCookies", serde_json::json!({}))
        .await?;
    browser
        .click("nav[aria-label=Pages] a[href='/blogs?page=2']")
        .await?;
    browser
        .find(".page-item.active a[href='/blogs?page=2']")
        .await?;
    assert_eq!(browser.count(".toast-stack .alert").await?, 0);
    Ok(())
}
