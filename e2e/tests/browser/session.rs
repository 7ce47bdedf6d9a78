//! The reader's session: shown, ended, lost and altered.

use anyhow::Context;
use e2e::browser::{Browser, awaited};
use serde_json::{Value, json};

use crate::open_page;

#[tokio::test]
async fn the_about_page_shows_the_session_and_ends_it() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/about").await?;
    browser.click(".session-panel summary").await?;
    let shown = browser.text(".session-facts code").await?;
    assert_eq!(
        shown.chars().count(),
        9,
        "eight characters and an ellipsis: {shown}"
    );
    browser
        .until(
            "return [...document.querySelectorAll('.session-facts dd:not(:first-of-type)')]
                .every(fact => /^\\d+ [A-Z][a-z]+ \\d{4} at \\d\\d:\\d\\d$/.test(fact.textContent))",
            vec![],
        )
        .await?;
    browser.click("#end-session").await?;
    browser
        .await_text(".toast-stack .alert-info p", "Your session has ended.")
        .await?;
    // The button that had the focus is removed, so the focus moves to the summary.
    browser
        .until(
            "return document.activeElement.matches('.session-panel summary')",
            vec![],
        )
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

/// The session's cookie, as soon as its value is not `value`.
async fn cookie_other_than(browser: &Browser, value: &Value) -> anyhow::Result<Value> {
    let look = async || {
        let known = browser.devtools("Network.getCookies", json!({})).await?;
        Ok(match &known["cookies"].as_array().context("a list")?[..] {
            [cookie] if cookie["value"] != *value => Some(cookie.clone()),
            _ => None,
        })
    };
    awaited(look).await?.context("no other cookie")
}

/// Opens the next page of the list. Fails if a message or a failure is shown.
pub(crate) async fn read_on(browser: &Browser) -> anyhow::Result<()> {
    browser
        .click("nav[aria-label=Pages] a[href='/blogs?page=2']")
        .await?;
    browser
        .find(".page-item.active a[href='/blogs?page=2']")
        .await?;
    assert_eq!(browser.count(".toast-stack .alert").await?, 0);
    assert_eq!(browser.count("[data-testid=failure]").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_lost_session_is_replaced_silently() -> anyhow::Result<()> {
    // The first page of a visit asks the API for nothing, so it begins no session.
    let (_site, browser) = open_page("/contact").await?;
    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.find("[data-testid=blog-card]").await?;
    let lost = cookie_other_than(&browser, &Value::Null).await?;
    browser.clear_cookies().await?;
    read_on(&browser).await?;
    cookie_other_than(&browser, &lost["value"]).await?;
    Ok(())
}

#[tokio::test]
async fn an_altered_session_is_replaced_silently() -> anyhow::Result<()> {
    // The first page of a visit asks the API for nothing, so it begins no session.
    let (_site, browser) = open_page("/contact").await?;
    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.find("[data-testid=blog-card]").await?;
    let mut altered = cookie_other_than(&browser, &Value::Null).await?;
    let token = altered["value"].as_str().context("a text")?.to_owned();
    let (claims, signature) = token.rsplit_once('.').context("a signed token")?;
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{claims}.{other}{}", &signature[1..]);
    altered["value"] = json!(forged);
    browser
        .devtools("Network.setCookies", json!({"cookies": [altered]}))
        .await?;
    let now = cookie_other_than(&browser, &json!(token)).await?;
    assert_eq!(now["value"], json!(forged));
    read_on(&browser).await?;
    cookie_other_than(&browser, &json!(forged)).await?;
    Ok(())
}
