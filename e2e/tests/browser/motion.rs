//! Readers who prefer less motion.

use e2e::browser::Browser;
use e2e::faulty_front::{Fault, FaultyFront};
use e2e::site::Site;

const REDUCE: [&str; 1] = ["--force-prefers-reduced-motion"];
const NOTHING_MOVES: &str =
    "return document.getAnimations().every(it => it.playState !== 'running')";
/// Where the page is in the very moment in which it was told to go to its top.
const TO_TOP: &str = "document.querySelector('.back-to-top').click(); return scrollY === 0";

async fn scroll_down(browser: &Browser, site: &Site) -> anyhow::Result<()> {
    browser.visit(&format!("{}/blogs", site.origin())).await?;
    browser.find("[data-testid=blog-card]").await?;
    browser.run("scrollTo(0, 500)").await?;
    browser.find(".back-to-top").await?;
    Ok(())
}

#[tokio::test]
async fn the_way_to_the_top_is_a_jump_only_for_those_who_want_it() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let still = Browser::with_arguments(&REDUCE).await?;
    scroll_down(&still, &site).await?;
    assert_eq!(still.run(TO_TOP).await?, true);
    drop(still);

    let moving = Browser::open().await?;
    scroll_down(&moving, &site).await?;
    assert_eq!(moving.run(TO_TOP).await?, false, "gently");
    moving.until("return scrollY === 0", vec![]).await?;
    Ok(())
}

#[tokio::test]
async fn nothing_glows_or_slides_while_readers_who_want_stillness_wait() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let front = FaultyFront::before(site.origin()).await?;
    let browser = Browser::with_arguments(&REDUCE).await?;
    browser.hold_timers().await?;
    browser.visit(&format!("{}/about", front.origin())).await?;
    front.set("/api/v1/blogs", Fault::Silence);
    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.find(".blog-card .placeholder").await?;
    browser.until(NOTHING_MOVES, vec![]).await?;
    front.lift();
    browser.find("[data-testid=blog-card]").await?;

    browser
        .visit(&format!("{}/blogs/none", front.origin()))
        .await?;
    browser.find(".toast-stack .alert.show").await?;
    browser.until(NOTHING_MOVES, vec![]).await?;
    browser.click(".toast-stack .btn-close").await?;
    browser.await_gone(".toast-stack .alert").await?;
    Ok(())
}
