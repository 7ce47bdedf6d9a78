//! Parts that depend on the scroll position.

use e2e::browser::Browser;
use e2e::site::Site;
use serde_json::json;

use crate::open_page;

const CARD: &str = "[data-testid=blog-card]";
/// Whether the chip of the shown list is on the screen, and only its row was scrolled.
const CHIP_IS_SEEN: &str = "
    const chip = document.querySelector('.chips-filter [aria-current]');
    if (chip?.firstChild?.textContent.trim() !== arguments[0]) return false;
    const {left, right} = chip.getBoundingClientRect();
    return left > -1 && right < innerWidth + 1 && scrollX === 0 && scrollY === 0";

#[tokio::test]
async fn the_header_and_back_to_top_change_at_their_scroll_positions() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/blogs").await?;
    browser.find(CARD).await?;
    for (edge, beyond) in [(50, ".site-header.is-scrolled"), (300, ".back-to-top")] {
        assert_eq!(browser.count(beyond).await?, 0);
        browser.run(&format!("scrollTo(0, {})", edge + 1)).await?;
        browser.find(beyond).await?;
        browser.run(&format!("scrollTo(0, {edge})")).await?;
        browser.await_gone(beyond).await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_chosen_category_is_on_a_phones_screen() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.resize(390, 800).await?;
    browser.visit("/blogs?category=Sessions").await?;
    browser.until(CHIP_IS_SEEN, vec![json!("Sessions")]).await?;
    let row = "return document.querySelector('.chips-filter').scrollLeft > 0";
    assert_eq!(browser.run(row).await?, true, "all of them don't fit");
    browser
        .click(".chips-filter a[href='/blogs?category=HTTP']")
        .await?;
    browser.until(CHIP_IS_SEEN, vec![json!("HTTP")]).await?;
    Ok(())
}
