//! Readers who use a page before the app has started. The app keeps what they did.

use e2e::browser::Browser;
use e2e::fault_proxy::{Fault, FaultProxy};
use e2e::site::Site;
use serde_json::{Value, json};

use crate::first_page::ADD_ELEMENT;

/// The state of a page that a reader would notice: focus, selection, scroll position, text in fields, and
/// open parts.
const STATE: &str = "
    const field = document.activeElement;
    return [field.id || field.tagName, field.selectionStart ?? null, scrollY,
        ...[...document.querySelectorAll('input:not([type=hidden]), textarea')].map(it => it.value),
        ...[...document.querySelectorAll('details')].map(it => it.open)]";
/// The summary of the table of contents, which opens without a script.
const SUMMARY: &str = ".contents summary";

/// Opens a page of the site in a browser in which the app is still loading.
async fn open_early(
    path: &str,
    prepare: Option<&str>,
) -> anyhow::Result<(Site, FaultProxy, Browser)> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    if let Some(script) = prepare {
        browser.prepare_pages(script).await?;
    }
    browser.use_pages_without_app();
    proxy.set("_bg.wasm", Fault::Silence);
    browser.visit(path).await?;
    Ok((site, proxy, browser))
}

/// Lets the app start. Fails if that changes the state of the page.
async fn start_app(proxy: &FaultProxy, browser: &Browser) -> anyhow::Result<()> {
    let before = browser.run(STATE).await?;
    proxy.lift();
    browser.await_app().await?;
    let same = "const [before] = arguments; return JSON.stringify((() => {".to_owned()
        + STATE
        + "})()) === JSON.stringify(before)";
    if browser.until(&same, vec![before.clone()]).await.is_err() {
        let after = browser.run(STATE).await?;
        anyhow::bail!("before the app: {before}, after it: {after}");
    }
    Ok(())
}

async fn write_message(browser: &Browser) -> anyhow::Result<()> {
    for (field, text) in [
        ("#search-box", "sess"),
        ("#name", "Ada"),
        ("#email", "ada@example.org"),
        ("#subject", "A question"),
        ("#message", "Half a sen"),
    ] {
        browser.type_into(field, text).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_message_that_is_being_written_goes_on_and_is_sent_by_the_app() -> anyhow::Result<()> {
    let (site, proxy, browser) = open_early("/contact", None).await?;
    browser.resize(390, 600).await?;
    write_message(&browser).await?;
    assert_ne!(browser.run("return scrollY").await?, 0);
    start_app(&proxy, &browser).await?;
    browser.type_into("#message", "tence").await?;
    browser.click(".contact-form button").await?;
    browser.find("[data-testid=reference]").await?;
    assert_eq!(site.messages().await?.len(), 1);
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn what_is_open_and_where_a_reader_is_in_a_post_stays() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_early("/blogs/sqlite-in-wal-mode", None).await?;
    browser.resize(390, 700).await?;
    browser.click(SUMMARY).await?;
    browser.find(".contents details[open]").await?;
    browser.run("scrollTo(0, 900)").await?;
    start_app(&proxy, &browser).await?;
    let state = browser.run(STATE).await?;
    assert_eq!(state[0], json!("on-this-page"), "the focus");
    assert_eq!(state[2], json!(900));
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_half_typed_search_gets_its_suggestions_from_the_app() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_early("/about", None).await?;
    browser.type_into("#search-box", "ses").await?;
    start_app(&proxy, &browser).await?;
    browser.type_into("#search-box", "s").await?;
    browser.find(".suggestion").await?;
    browser.press("\u{e007}").await?;
    browser.await_text("h1", "Search: sess").await?;
    Ok(())
}

#[tokio::test]
async fn typed_text_is_kept_when_the_app_starts_a_second_time() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_early("/contact", Some(ADD_ELEMENT)).await?;
    browser.resize(390, 600).await?;
    write_message(&browser).await?;
    start_app(&proxy, &browser).await?;
    // The first start failed, and the app has replaced the changed page.
    let restarted = browser
        .run("return document.querySelector('main > aside')")
        .await?;
    assert_eq!(restarted, Value::Null);
    browser.type_into("#message", "tence").await?;
    let whole = "return document.getElementById('message').value === 'Half a sentence'";
    browser.until(whole, vec![]).await?;
    Ok(())
}

/// When the browser requested each file of the app, in milliseconds after the first paint.
const REQUESTS_AFTER_PAINT: &str = "
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return performance.getEntriesByType('resource')
        .filter(entry => entry.name.includes('/flashblog-frontend'))
        .map(entry => entry.startTime - paint.startTime)";

#[tokio::test]
async fn the_app_is_asked_for_after_the_page_is_painted() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    for path in ["/", "/blogs/sqlite-in-wal-mode", "/contact"] {
        browser.visit(path).await?;
        browser.await_app().await?;
        let delays = browser.run(REQUESTS_AFTER_PAINT).await?;
        let delays: Vec<f64> = serde_json::from_value(delays)?;
        assert_eq!(delays.len(), 2, "{path}: script and wasm, once each");
        assert!(delays.iter().all(|it| *it >= 0.0), "{path}: {delays:?}");
    }
    Ok(())
}

#[tokio::test]
async fn the_app_starts_where_no_paint_is_reported() -> anyhow::Result<()> {
    const BACKGROUND: &str = "
        Object.defineProperty(document, 'hidden', {value: true, configurable: true});
        PerformanceObserver.prototype.observe = () => {};";
    const NO_REPORTS: &str = "delete window.PerformanceObserver";
    let site = Site::start().await?;
    for without_paint in [BACKGROUND, NO_REPORTS] {
        let browser = Browser::open(site.origin()).await?;
        browser.prepare_pages(without_paint).await?;
        browser.visit("/about").await?;
        browser.await_app().await?;
        assert_eq!(browser.complaints().await?, [""; 0]);
    }
    Ok(())
}
