//! Pages as the server sends them: readable without the app, and taken over by the app.

use e2e::browser::Browser;
use e2e::fault_proxy::{Fault, FaultProxy};
use e2e::site::Site;
use e2e::views::{self, App};
use serde_json::Value;

use crate::open_page;

/// Records each element that is added or removed until the app has started, and keeps the heading. Elements
/// in a post's text are left out, because the app wraps wide tables.
const WATCH: &str = "
    window.changes = [];
    document.addEventListener('DOMContentLoaded', () => {
        const app = document.querySelector('#app[data-rendered]');
        if (!app) return;
        window.heading = document.querySelector('main h1');
        const isAlive = () => !app.hasAttribute('data-rendered');
        const observer = new MutationObserver(records => {
            for (const record of records) {
                for (const node of [...record.addedNodes, ...record.removedNodes]) {
                    if (node.nodeType === 1 && !record.target.closest('.prose')) {
                        window.changes.push(node.outerHTML.slice(0, 200));
                    }
                }
            }
            if (isAlive()) observer.disconnect();
        });
        observer.observe(app, {childList: true, subtree: true, attributes: true});
    })";

/// True for a page without the app; else the recorded changes, and whether the heading is the same element.
const SEEN: &str = "return typeof heading === 'undefined'
    || [...changes, heading === document.querySelector('main h1')]";

#[tokio::test]
async fn the_app_takes_over_every_page_without_a_change() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.prepare_pages(WATCH).await?;
    for address in views::addresses() {
        browser.visit(address).await?;
        browser.await_app().await?;
        let seen = browser.run(SEEN).await?;
        let is_own_page = address.starts_with("/api") || address.starts_with("/media");
        let expected = if is_own_page {
            Value::Bool(true)
        } else {
            serde_json::json!([true])
        };
        assert_eq!(seen, expected, "{address}");
        assert_eq!(browser.complaints().await?, [""; 0], "{address}");
    }
    Ok(())
}

#[tokio::test]
async fn the_first_page_asks_the_api_for_nothing() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/").await?;
    browser.await_app().await?;
    browser.await_stillness().await?;
    let asked = "return performance.getEntriesByType('resource')
        .map(entry => new URL(entry.name).pathname).filter(path => path.startsWith('/api'))";
    assert_eq!(browser.run(asked).await?, serde_json::json!([]));
    Ok(())
}

#[tokio::test]
async fn what_is_typed_before_the_app_starts_stays() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    browser.use_pages_without_app();
    proxy.set("_bg.wasm", Fault::Silence);
    browser.visit("/contact").await?;
    let typed = [
        ("search-box", "sess"),
        ("name", "Ada"),
        ("message", "Half a sen"),
    ];
    for (field, text) in typed {
        browser.type_into(&format!("#{field}"), text).await?;
    }
    proxy.lift();
    browser.await_app().await?;
    let value = "return document.getElementById(arguments[0]).value === arguments[1]";
    for (field, text) in typed {
        browser
            .until(value, vec![field.into(), text.into()])
            .await?;
    }
    assert_eq!(
        browser.run("return document.activeElement.id").await?,
        "message"
    );
    browser.type_into("#message", "tence").await?;
    let whole = vec!["message".into(), "Half a sentence".into()];
    browser.until(value, whole).await?;
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_link_works_before_the_app_starts() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    browser.use_pages_without_app();
    proxy.set("_bg.wasm", Fault::Silence);
    browser.visit("/").await?;
    browser.click(".featured .stretched-link").await?;
    browser.find(".post .prose").await?;
    browser.type_into("#search-box", "session\u{e007}").await?;
    browser.find("[data-testid=search-result]").await?;
    proxy.lift();
    browser.await_app().await?;
    browser.await_text("h1", "Search: session").await?;
    Ok(())
}

/// Adds an element to the page, as a browser extension may do.
pub(crate) const ADD_ELEMENT: &str = "document.addEventListener('DOMContentLoaded', () => {
        document.querySelector('main')?.prepend(document.createElement('aside'));
    })";

#[tokio::test]
async fn the_app_starts_on_a_page_that_an_extension_has_changed() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.prepare_pages(ADD_ELEMENT).await?;
    browser.visit("/blogs/a-session-is-a-signature").await?;
    browser.await_app().await?;
    browser.find(".post .prose").await?;
    assert_eq!(browser.count(".trouble").await?, 0);
    browser.click("#show-shortcuts").await?;
    browser.find("#shortcuts[open]").await?;
    Ok(())
}

#[tokio::test]
async fn a_page_whose_app_does_not_load_stays_as_it_is() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    browser.use_pages_without_app();
    for fault in [Fault::Rubbish, Fault::Cut] {
        proxy.set("_bg.wasm", fault);
        browser.visit("/about").await?;
        browser.await_text("h1", "About FlashBlog").await?;
        browser
            .until("return document.readyState === 'complete'", vec![])
            .await?;
        assert_eq!(browser.count("#no-start, .trouble").await?, 0);
        browser.click(".site-footer a[href='/contact']").await?;
        browser.await_text("h1", "Contact").await?;
    }
    Ok(())
}

#[tokio::test]
async fn without_scripts_the_site_works_and_hides_controls_that_need_one() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.disable_scripts().await?;
    browser.resize(390, 900).await?;
    browser.visit("/").await?;
    for dead in [
        "#theme-toggle",
        "#message-center",
        ".navbar-toggler",
        "#show-shortcuts",
    ] {
        assert!(!browser.find(dead).await?.is_displayed().await?, "{dead}");
    }
    browser.click(".navbar-nav a[href='/contact']").await?;
    browser.type_into("#name", "Ada").await?;
    browser.type_into("#message", "How?").await?;
    browser.click(".contact-form button").await?;
    browser.find("#contact-faults").await?;
    browser.find("#email[aria-invalid=true]").await?;
    let kept = browser.find("#message").await?.prop("value").await?;
    assert_eq!(kept.as_deref(), Some("How?"));
    let name = browser.find("#name").await?.prop("value").await?;
    assert_eq!(name.as_deref(), Some("Ada"));

    browser.type_into("#email", "ada@example.org").await?;
    browser.type_into("#subject", "A question").await?;
    browser.click(".contact-form button").await?;
    browser.find(".toast-stack .alert-success").await?;
    let received = site.messages().await?;
    assert_eq!(received.len(), 1);
    let told = browser.text(".toast-stack .alert-info").await?;
    assert!(told.contains(&received[0]), "{told}");
    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.await_text("h1", "Blogs").await?;
    assert_eq!(browser.count(".toast-stack .alert").await?, 0);
    Ok(())
}

#[tokio::test]
async fn without_scripts_no_page_waits_or_is_wider_than_the_screen() -> anyhow::Result<()> {
    const FAULTS: &str = "const {scrollWidth, clientWidth} = document.documentElement;
        const shown = [...document.querySelectorAll('button[type=button], .placeholder, noscript')]
            .filter(element => element.checkVisibility()).map(element => element.outerHTML);
        return [...shown, ...(scrollWidth > clientWidth ? ['too wide'] : [])]";
    views::walk_without_app(App::Never, "light", async |browser, sight| {
        let faults = browser.run(FAULTS).await?;
        assert_eq!(faults, serde_json::json!([]), "{sight:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_flash_in_a_page_is_shown_once_and_counted() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/blogs/nothing-here").await?;
    browser.await_app().await?;
    browser.find(".toast-stack .alert-danger.show").await?;
    assert_eq!(browser.count(".toast-stack .alert").await?, 1);
    browser.await_text(".icon-button-count", "1").await?;
    browser
        .await_text(
            ".toast-stack > .visually-hidden[role=status]",
            "Blog not found.",
        )
        .await?;
    browser.await_gone(".toast-stack .alert").await?;
    Ok(())
}
