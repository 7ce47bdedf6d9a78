//! Failures of the API, and of the app itself.

use std::time::Duration;

use e2e::browser::Browser;
use e2e::fault_proxy::{Fault, FaultProxy};
use e2e::site::Site;

use crate::{open_behind_proxy, open_page};

/// Leads to a page that requests its data. The first page of a visit contains its data.
const BLOGS: &str = ".navbar-nav a[href='/blogs']";
const LINK: &str = "[data-testid=blog-card] .stretched-link";
const RETRY: &str = "[data-testid=failure] button";
/// Whether the request for the blogs was answered.
const BLOGS_ANSWERED: &str = "return performance.getEntriesByType('resource')
    .some(entry => entry.name.includes('/api/v1/blogs') && entry.responseEnd > 0)";

#[tokio::test]
async fn a_server_error_is_the_500_view_and_trying_again_works() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_behind_proxy("/blogs").await?;
    proxy.set("/api/v1/blogs/", Fault::ServerError);
    let post = browser.attribute(LINK, "href").await?;
    browser.click(LINK).await?;
    browser
        .await_text("[data-testid=request-id]", "fault-1")
        .await?;
    assert_eq!(browser.count("#main h1").await?, 1);
    browser.find("[data-testid=failure] a[href='/']").await?;

    proxy.set("/api/v1/blogs/", Fault::Unavailable);
    browser.click(RETRY).await?;
    browser
        .await_text("[data-testid=request-id]", "fault-2")
        .await?;
    proxy.lift();
    browser.click(RETRY).await?;
    browser.find(".post .prose").await?;
    browser.await_gone("[data-testid=failure]").await?;
    assert_eq!(browser.path().await?, post);
    Ok(())
}

#[tokio::test]
async fn whatever_fails_says_what_happened_and_can_be_tried_again() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    browser.hold_timers().await?;
    for (fault, headline) in [
        (Fault::ServerError, "Something went wrong"),
        (Fault::Unavailable, "The blogs can’t be reached right now"),
        (Fault::Rubbish, "Something went wrong"),
        (Fault::Cut, "This site can’t be reached"),
        (Fault::Silence, "This is taking too long"),
    ] {
        browser.visit("/about").await?;
        proxy.set("/api/v1/blogs", fault);
        browser.click(BLOGS).await?;
        if fault == Fault::Silence {
            browser.find(".blog-card .placeholder").await?;
            proxy.await_held().await;
            browser.pass_time(Duration::from_secs(60)).await?;
        }
        browser.await_text("h1", headline).await?;
        browser.await_path("/blogs").await?;
        proxy.lift();
        browser.click(RETRY).await?;
        browser.find("[data-testid=blog-card]").await?;
        browser.await_text("h1", "Blogs").await?;
    }
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn back_and_forward_lead_across_a_failure() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_behind_proxy("/about").await?;
    proxy.set("/api/v1/blogs", Fault::ServerError);
    browser.click(BLOGS).await?;
    browser.find(RETRY).await?;
    browser.client().back().await?;
    browser.await_text("h1", "About FlashBlog").await?;
    browser.client().forward().await?;
    browser.find(RETRY).await?;
    browser.client().back().await?;
    browser.await_text("h1", "About FlashBlog").await?;
    proxy.lift();
    browser.client().forward().await?;
    browser.find("[data-testid=blog-card]").await?;
    browser.await_path("/blogs").await?;
    Ok(())
}

#[tokio::test]
async fn an_answer_that_comes_too_late_changes_nothing() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_behind_proxy("/about").await?;
    proxy.set("/api/v1/blogs", Fault::Silence);
    browser.click(BLOGS).await?;
    browser.find(".blog-card .placeholder").await?;
    browser.click(".navbar-nav a[href='/contact']").await?;
    browser.await_text("h1", "Contact").await?;
    proxy.lift();
    browser.until(BLOGS_ANSWERED, vec![]).await?;
    browser.await_text("h1", "Contact").await?;
    browser.await_path("/contact").await?;
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_panic_shows_the_500_view_which_leads_back() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/about").await?;
    browser.await_text("h1", "About FlashBlog").await?;
    browser.await_app().await?;
    // A browser extension could do the same.
    browser
        .run("document.createElement = () => { throw new Error('refused') }")
        .await?;
    browser.click(BLOGS).await?;
    browser
        .await_text("body > main .trouble-title", "Something went wrong")
        .await?;
    browser.find("body > main .trouble[role=alert]").await?;
    browser.find("#app[hidden]").await?;
    assert!(
        browser
            .client()
            .title()
            .await?
            .contains("Something went wrong")
    );
    assert_ne!(browser.complaints().await?, [""; 0], "the cause is logged");
    browser.click("body > main .btn-primary").await?;
    browser.find("[data-testid=blog-card]").await?;
    browser.await_path("/blogs").await?;
    Ok(())
}

#[tokio::test]
async fn an_app_that_does_not_load_whole_says_so_and_loads_when_asked_again() -> anyhow::Result<()>
{
    let site = Site::with_arguments(&["--rendered-pages", "off"]).await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    for fault in [Fault::Rubbish, Fault::Cut] {
        proxy.set("_bg.wasm", fault);
        browser.visit("/about").await?;
        browser
            .await_text("#no-start h1", "FlashBlog can’t start")
            .await?;
        browser.find("#preloader[hidden]").await?;
        browser.find("#no-start [href='/api/v1/blogs']").await?;
    }
    proxy.lift();
    browser.click("#no-start a[href='']").await?;
    browser.await_text("h1", "About FlashBlog").await?;
    Ok(())
}

#[tokio::test]
async fn without_scripts_the_app_alone_says_what_it_needs() -> anyhow::Result<()> {
    let site = Site::with_arguments(&["--rendered-pages", "off"]).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.disable_scripts().await?;
    browser.visit("/about").await?;
    let said = browser.text("noscript h1").await?;
    assert_eq!(said, "FlashBlog needs JavaScript");
    assert!(!browser.find("#preloader").await?.is_displayed().await?);
    Ok(())
}

#[tokio::test]
async fn a_slow_answer_shows_skeletons_and_does_not_block_other_pages() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    proxy.set("/api/v1/blogs", Fault::Silence);
    browser.visit("/about").await?;
    browser.click(BLOGS).await?;
    browser.find(".blog-card .placeholder").await?;
    browser.click(".navbar-nav a[href='/about']").await?;
    browser.await_text("h1", "About FlashBlog").await?;
    proxy.lift();
    browser.click(BLOGS).await?;
    browser.find("[data-testid=blog-card]").await?;
    Ok(())
}

#[tokio::test]
async fn the_categories_have_their_place_before_they_are_there() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    browser.visit("/about").await?;
    proxy.set("/api/v1/categories", Fault::Silence);
    browser.click(".navbar-brand").await?;
    browser
        .find("[aria-labelledby=categories] .chip.placeholder")
        .await?;
    proxy.lift();
    browser
        .find("[aria-labelledby=categories] a.chip[href='/blogs?category=Rust']")
        .await?;
    browser.await_gone(".placeholder").await?;
    Ok(())
}
