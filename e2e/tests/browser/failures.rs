//! When the API fails.

use e2e::browser::Browser;
use e2e::faulty_front::{Fault, FaultyFront};
use e2e::site::Site;

/// Leads to a page that asks the API: the first page of a visit brings its data along.
const BLOGS: &str = ".navbar-nav a[href='/blogs']";

#[tokio::test]
async fn a_server_error_is_the_500_view_and_trying_again_works() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let front = FaultyFront::before(site.origin()).await?;
    let browser = Browser::open().await?;
    browser.visit(&format!("{}/blogs", front.origin())).await?;
    front.set("/api/v1/blogs/", Fault::ServerError);
    let link = browser
        .find("[data-testid=blog-card] .stretched-link")
        .await?;
    let post = link.attr("href").await?.unwrap_or_default();
    link.click().await?;
    browser
        .await_text("[data-testid=request-id]", "fault-1")
        .await?;
    assert_eq!(browser.count("#main h1").await?, 1);
    browser.find("[data-testid=failure] a[href='/']").await?;

    browser.click("[data-testid=failure] button").await?;
    browser.find("[data-testid=failure]").await?;
    front.lift();
    browser.click("[data-testid=failure] button").await?;
    browser.find(".post .prose").await?;
    browser.await_gone("[data-testid=failure]").await?;
    assert_eq!(browser.path().await?, post);
    Ok(())
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_a_failure_too() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let front = FaultyFront::before(site.origin()).await?;
    let browser = Browser::open().await?;
    front.set("/api/v1/blogs", Fault::Rubbish);
    browser.visit(&format!("{}/about", front.origin())).await?;
    browser.click(BLOGS).await?;
    browser.find("[data-testid=failure]").await?;
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_slow_answer_shows_skeletons_and_does_not_block_other_pages() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let front = FaultyFront::before(site.origin()).await?;
    let browser = Browser::open().await?;
    front.set("/api/v1/blogs", Fault::Silence);
    browser.visit(&format!("{}/about", front.origin())).await?;
    browser.click(BLOGS).await?;
    browser.find(".blog-card .placeholder").await?;
    browser.click(".navbar-nav a[href='/about']").await?;
    browser.await_text("h1", "About FlashBlog").await?;
    front.lift();
    browser.click(BLOGS).await?;
    browser.find("[data-testid=blog-card]").await?;
    Ok(())
}
