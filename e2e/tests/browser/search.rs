//! Search: the box in the header of every page, and the page of results.

use e2e::browser::Browser;
use e2e::fault_proxy::Fault;
use e2e::site::Site;
use fantoccini::key::Key;
use serde_json::json;

use crate::{open_behind_proxy, open_page};

const BOX: &str = "#search-box";
const OPTION: &str = "#search-suggestions [role=option]";
const STATUS: &str = ".site-search [role=status]";
const RESULT: &str = "[data-testid=search-result]";
const SIGNATURE: &str = "/blogs/a-session-is-a-signature";

async fn type_keys(browser: &Browser, keys: &str) -> anyhow::Result<()> {
    browser.type_into(BOX, keys).await
}

/// Puts text into the field at once, as pasting does.
async fn paste(browser: &Browser, text: &str) -> anyhow::Result<()> {
    browser.click(BOX).await?;
    browser
        .devtools("Input.insertText", json!({"text": text}))
        .await?;
    Ok(())
}

async fn press(browser: &Browser, key: Key) -> anyhow::Result<()> {
    type_keys(browser, &String::from(char::from(key))).await
}

/// Waits until the option with this address is selected, also for assistive technology
/// (`aria-activedescendant`).
async fn await_active(browser: &Browser, href: &str) -> anyhow::Result<()> {
    let script =
        "const id = document.querySelector('#search-box').getAttribute('aria-activedescendant');
        const option = id && document.getElementById(id);
        return !!option && option.getAttribute('href') === arguments[0]
            && option.getAttribute('aria-selected') === 'true'
            && document.querySelectorAll('[aria-selected=true]').length === 1";
    browser.until(script, vec![json!(href)]).await
}

async fn await_expanded(browser: &Browser, is_expanded: bool) -> anyhow::Result<()> {
    let selector = format!("{BOX}[aria-expanded={is_expanded}]");
    browser.find(&selector).await?;
    Ok(())
}

async fn await_value(browser: &Browser, value: &str) -> anyhow::Result<()> {
    let script = "return document.querySelector('#search-box').value === arguments[0]";
    browser.until(script, vec![json!(value)]).await
}

/// Waits until this request was answered, and three frames were painted after it.
async fn await_answer(browser: &Browser, request: &str) -> anyhow::Result<()> {
    let script = "return performance.getEntriesByType('resource')
        .some(e => e.name.includes(arguments[0]) && e.responseEnd > 0)";
    browser.until(script, vec![json!(request)]).await?;
    let script = "window.framesSeen = 0;
        const frame = () => { if (++window.framesSeen < 3) requestAnimationFrame(frame) };
        requestAnimationFrame(frame)";
    browser.run(script).await?;
    browser.until("return window.framesSeen >= 3", vec![]).await
}

#[tokio::test]
async fn typing_suggests_posts_and_the_keyboard_opens_one() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/about").await?;
    await_expanded(&browser, false).await?;
    type_keys(&browser, "sessiom sig").await?;
    // A typo and an unfinished word still match.
    await_answer(&browser, "/api/v1/search?q=sessiom%20sig&").await?;
    await_expanded(&browser, true).await?;
    let all = "/search?q=sessiom%20sig";
    browser.find(&format!("{OPTION}[href='{all}']")).await?;
    browser
        .find(&format!("{OPTION}[href='{SIGNATURE}'] mark"))
        .await?;
    browser
        .await_text(STATUS, "5 of 6 matching posts suggested.")
        .await?;

    press(&browser, Key::Up).await?;
    await_active(&browser, all).await?;
    press(&browser, Key::Down).await?;
    await_active(&browser, SIGNATURE).await?;
    press(&browser, Key::Home).await?;
    browser
        .await_gone(&format!("{BOX}[aria-activedescendant]"))
        .await?;
    press(&browser, Key::Down).await?;
    await_active(&browser, SIGNATURE).await?;
    press(&browser, Key::Enter).await?;
    browser.await_path(SIGNATURE).await?;
    browser.await_text("h1", "A session is a signature").await?;
    await_expanded(&browser, false).await?;
    await_value(&browser, "").await?;
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn suggestions_close_open_and_are_clicked() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/about").await?;
    type_keys(&browser, "signature").await?;
    await_expanded(&browser, true).await?;
    press(&browser, Key::Escape).await?;
    await_expanded(&browser, false).await?;
    await_value(&browser, "signature").await?;
    press(&browser, Key::Down).await?;
    await_expanded(&browser, true).await?;
    await_active(&browser, SIGNATURE).await?;
    // The Tab key moves the focus on and closes the list.
    press(&browser, Key::Tab).await?;
    await_expanded(&browser, false).await?;
    type_keys(&browser, "s").await?;
    await_expanded(&browser, true).await?;
    press(&browser, Key::Escape).await?;
    press(&browser, Key::Escape).await?;
    await_value(&browser, "").await?;

    type_keys(&browser, "signature").await?;
    browser
        .click(&format!("{OPTION}[href='{SIGNATURE}']"))
        .await?;
    browser.await_path(SIGNATURE).await?;
    await_expanded(&browser, false).await?;
    Ok(())
}

#[tokio::test]
async fn enter_opens_the_results_page_by_page_and_back_returns() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/about").await?;
    type_keys(&browser, " SESSION ").await?;
    press(&browser, Key::Enter).await?;
    browser.await_path("/search?q=SESSION").await?;
    browser.await_text("h1", "Search: SESSION").await?;
    browser
        .await_text("#search-count", "14 posts match, page 1 of 3")
        .await?;
    let title = browser.client().title().await?;
    assert_eq!(title, "Search: SESSION · FlashBlog");
    // The heading has the focus, so that screen readers announce the page.
    browser
        .until("return document.activeElement.tagName === 'H1'", vec![])
        .await?;
    assert_eq!(browser.count(RESULT).await?, 6);
    browser
        .find(&format!("{RESULT} h2 a[href='{SIGNATURE}'] mark"))
        .await?;
    let marked = "return [...document.querySelectorAll('main mark')]
        .every(mark => mark.textContent.toLowerCase() === 'session')";
    browser.until(marked, vec![]).await?;

    let next = "nav[aria-label=Pages] a[href='/search?q=SESSION&page=2']";
    browser.click(next).await?;
    browser.await_path("/search?q=SESSION&page=2").await?;
    browser
        .await_text("#search-count", "14 posts match, page 2 of 3")
        .await?;
    await_value(&browser, "SESSION").await?;
    let post = format!("{RESULT} h2 a");
    let title = browser.text(&post).await?;
    browser.click(&post).await?;
    browser.await_text("h1", &title).await?;
    browser.client().back().await?;
    browser.await_path("/search?q=SESSION&page=2").await?;
    browser.await_text("h1", "Search: SESSION").await?;
    browser.find(RESULT).await?;
    browser.client().back().await?;
    browser.await_path("/search?q=SESSION").await?;
    browser
        .await_text("#search-count", "14 posts match, page 1 of 3")
        .await?;
    await_value(&browser, "SESSION").await?;
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn a_link_to_results_shows_them_with_its_text_in_the_field() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/search?q=na%C3%AFve+s%C3%89arch&page=99").await?;
    browser.find(RESULT).await?;
    await_value(&browser, "naïve sÉarch").await?;
    await_expanded(&browser, false).await?;
    // The page contained its results, so the API was not asked.
    let asked = browser
        .run("return performance.getEntriesByType('resource').filter(e => e.name.includes('/api/v1/search')).length")
        .await?;
    assert_eq!(asked, 0);
    Ok(())
}

#[tokio::test]
async fn a_blank_search_is_the_list_of_blogs() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/search?q=+").await?;
    browser.await_path("/blogs").await?;
    browser.await_text("h1", "Blogs").await?;

    browser.visit("/about").await?;
    type_keys(&browser, "  ").await?;
    press(&browser, Key::Enter).await?;
    browser.await_path("/blogs").await?;
    browser.await_text("h1", "Blogs").await?;

    // The app follows such a link too, and Back does not return to it.
    browser.visit("/about").await?;
    browser
        .run(
            "const link = document.createElement('a');
            link.href = '/search'; document.querySelector('main').append(link); link.click()",
        )
        .await?;
    browser.await_path("/blogs").await?;
    browser.await_text("h1", "Blogs").await?;
    browser.client().back().await?;
    browser.await_text("h1", "About FlashBlog").await?;
    Ok(())
}

#[tokio::test]
async fn a_slow_old_answer_does_not_overwrite_the_newest() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_behind_proxy("/about").await?;
    let slow = "/api/v1/search?q=signature&";
    proxy.set(slow, Fault::Silence);
    paste(&browser, "signature").await?;
    proxy.await_held().await;
    press(&browser, Key::Escape).await?;
    await_value(&browser, "").await?;
    type_keys(&browser, "sqlite").await?;
    let sqlite = format!("{OPTION}[href='/blogs/sqlite-in-wal-mode']");
    browser.find(&sqlite).await?;
    proxy.lift();
    await_answer(&browser, slow).await?;
    browser.find(&sqlite).await?;
    assert_eq!(
        browser
            .count(&format!("{OPTION}[href='{SIGNATURE}']"))
            .await?,
        0
    );
    Ok(())
}

#[tokio::test]
async fn a_failing_search_is_a_quiet_word_and_a_page_that_tries_again() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_behind_proxy("/about").await?;
    proxy.set("/api/v1/search", Fault::ServerError);
    type_keys(&browser, "sqlite").await?;
    browser
        .await_text(STATUS, "No suggestions right now: search doesn’t answer.")
        .await?;
    await_expanded(&browser, false).await?;
    assert_eq!(browser.count(OPTION).await?, 0);
    assert_eq!(browser.count(".toast-stack .alert").await?, 0);

    press(&browser, Key::Enter).await?;
    browser.await_path("/search?q=sqlite").await?;
    browser
        .await_text("[data-testid=request-id]", "fault-1")
        .await?;
    proxy.lift();
    browser.click("[data-testid=failure] button").await?;
    browser.find(RESULT).await?;
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn where_nothing_matches_there_is_another_way_on() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/about").await?;
    type_keys(&browser, "zebra").await?;
    browser
        .await_text(STATUS, "No post matches “zebra”.")
        .await?;
    await_expanded(&browser, false).await?;
    press(&browser, Key::Enter).await?;
    browser
        .await_text("#search-count", "No post matches")
        .await?;
    browser.find("[data-testid=nothing-found] .chip").await?;
    assert_eq!(browser.count(RESULT).await?, 0);
    browser
        .click("[data-testid=nothing-found] a[href='/blogs']")
        .await?;
    browser.await_text("h1", "Blogs").await?;
    await_value(&browser, "").await?;
    Ok(())
}

#[tokio::test]
async fn single_keys_lead_to_the_field_and_through_the_results() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    let focused = "return document.activeElement.matches(arguments[0])";
    for width in [1280, 390] {
        browser.resize(width, 700).await?;
        browser.visit("/search?q=session").await?;
        browser.find(RESULT).await?;
        browser.press("j").await?;
        let first = format!("{RESULT}:first-child h2 a");
        browser.until(focused, vec![json!(first)]).await?;
        browser.press("/").await?;
        browser.until(focused, vec![json!(BOX)]).await?;
        await_value(&browser, "session").await?;
        // The text is selected, so typing replaces it.
        browser.press("x").await?;
        await_value(&browser, "x").await?;
    }
    Ok(())
}

#[tokio::test]
async fn on_a_phone_closing_the_search_field_returns_the_focus() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.resize(390, 700).await?;
    browser.visit("/blogs").await?;
    let focused = "return document.activeElement.matches(arguments[0])";
    let first = ".blog-grid > :first-child .stretched-link";
    browser.find(first).await?;
    browser.press("j").await?;
    browser.until(focused, vec![json!(first)]).await?;
    for _ in 0..2 {
        browser.click(".search-toggle").await?;
        browser.until(focused, vec![json!(BOX)]).await?;
        browser.click(".search-toggle").await?;
        browser.until(focused, vec![json!(first)]).await?;
    }
    browser.press("/").await?;
    browser.until(focused, vec![json!(BOX)]).await?;
    press(&browser, Key::Escape).await?;
    browser.until(focused, vec![json!(first)]).await?;

    // On a wide screen the field stays, and so does the focus.
    browser.resize(1280, 700).await?;
    browser.press("/").await?;
    browser.until(focused, vec![json!(BOX)]).await?;
    press(&browser, Key::Escape).await?;
    browser.until(focused, vec![json!(BOX)]).await?;
    Ok(())
}

#[tokio::test]
async fn on_a_phone_the_field_is_behind_an_icon() -> anyhow::Result<()> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    for width in [390, 360, 320] {
        browser.resize(width, 640).await?;
        browser.visit("/search?q=session").await?;
        browser.find(RESULT).await?;
        let hidden = "return getComputedStyle(document.querySelector('.site-search')).opacity === arguments[0]";
        browser.until(hidden, vec![json!("0")]).await?;
        browser.click(".search-toggle").await?;
        browser.until(hidden, vec![json!("1")]).await?;
        await_value(&browser, "session").await?;
        press(&browser, Key::Escape).await?;
        type_keys(&browser, "sqlite").await?;
        browser
            .find(&format!("{OPTION}[href='/blogs/sqlite-in-wal-mode']"))
            .await?;
        let small = "const targets = [...document.querySelectorAll('.search-toggle, .site-search input, .site-search button, .suggestion')];
            return targets.map(e => e.getBoundingClientRect())
                .filter(r => r.width < 43.5 || r.height < 43.5 || r.left < -0.5 || r.right > innerWidth + 0.5).length";
        assert_eq!(browser.run(small).await?, 0, "{width}");
        let overflow = browser
            .run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            .await?;
        assert_eq!(overflow, 0, "{width}");
        // The header has one row at every width.
        let rows = "return document.querySelector('.navbar-brand').getBoundingClientRect().bottom
            <= document.querySelector('.navbar-tools').getBoundingClientRect().top";
        assert_eq!(browser.run(rows).await?, false, "{width}");
        browser
            .click(&format!("{OPTION}[href='/blogs/sqlite-in-wal-mode']"))
            .await?;
        browser.await_path("/blogs/sqlite-in-wal-mode").await?;
        browser.until(hidden, vec![json!("0")]).await?;
    }
    Ok(())
}
