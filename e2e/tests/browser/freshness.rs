//! Dates, stale lists, and prefetched posts.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::browser::Browser;
use e2e::fault_proxy::Fault;
use e2e::site::Site;
use serde_json::json;

use crate::sources::Upstream;
use crate::{open_behind_proxy, open_page};

/// A post that is not the newest.
const POST: &str = "/blogs/a-session-is-a-signature";
const CARD: &str = "[data-testid=blog-card]";
const LINK: &str = "[data-testid=blog-card] .stretched-link";

#[tokio::test]
async fn recent_posts_show_their_age_and_keep_their_date() -> anyhow::Result<()> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let days_ago = |days: u64| (now - days * 86_400).to_string();
    let blogs = json!([
        {"id": 1, "title": "Recent", "created_at": days_ago(3)},
        {"id": 2, "title": "Old", "created_at": "2024-05-02T10:00:00Z"},
        {"id": 3, "title": "No date", "created_at": "early spring"},
    ]);
    let upstream = Upstream::start(blogs).await?;
    let site = Site::with_arguments(&["--source", upstream.address()]).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.move_to("UTC").await?;
    browser.visit("/blogs/1").await?;
    // 4 days if midnight passes meanwhile.
    browser
        .until(
            "const time = document.querySelector('.byline time');
             const [age, exact] = time?.children ?? [];
             return !!exact && /^[34] days ago$/.test(age.textContent)
                && age.getAttribute('aria-hidden') === 'true'
                && /^\\d+ \\w+ \\d{4}$/.test(time.title) && exact.textContent === time.title
                && time.dateTime.startsWith('20')",
            vec![],
        )
        .await?;
    browser.visit("/blogs/2").await?;
    browser.await_text(".byline time", "2 May 2024").await?;
    browser.visit("/blogs/3").await?;
    browser.await_text(".byline time", "early spring").await?;
    Ok(())
}

#[tokio::test]
async fn a_saved_copy_says_from_when_it_is() -> anyhow::Result<()> {
    let upstream = Upstream::start(json!([{"id": 1, "title": "Saved"}])).await?;
    let site = Site::with_arguments(&["--source", upstream.address(), "--refresh", "1s"]).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.move_to("Asia/Kolkata").await?;
    browser.visit("/blogs").await?;
    browser.find(CARD).await?;
    assert_eq!(browser.count(".notice").await?, 0);

    upstream.fail();
    // The server asks the source again after a pause, for a session without a copy.
    let stale = async {
        loop {
            browser.clear_cookies().await?;
            browser.visit("/blogs").await?;
            browser.find(CARD).await?;
            if browser.count(".notice time").await? > 0 {
                return anyhow::Ok(());
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), stale).await??;
    browser
        .until(
            "const time = document.querySelector('.notice time');
             const clock = new Date(time.dateTime).toLocaleTimeString('en-GB',
                {timeZone: 'Asia/Kolkata', hour: '2-digit', minute: '2-digit'});
             return time.textContent.endsWith(clock)
                && time.parentElement.textContent.includes('a saved copy from ' + time.textContent)",
            vec![],
        )
        .await?;
    browser.await_text(".card-title", "Saved").await?;
    Ok(())
}

/// Whether the page has fetched a post, and the whole answer has arrived.
const HAS_FETCHED: &str = "return performance.getEntriesByType('resource').some(entry =>
    new URL(entry.name).pathname === '/api/v1' + arguments[0] && entry.responseEnd > 0)";

#[tokio::test]
async fn the_next_post_is_prefetched() -> anyhow::Result<()> {
    let (_site, proxy, browser) = open_behind_proxy(POST).await?;
    let next = browser.attribute(".neighbour-next", "href").await?;
    browser.until(HAS_FETCHED, vec![json!(next)]).await?;
    proxy.set("/api/v1/blogs/", Fault::Silence);
    browser.click(".neighbour-next").await?;
    browser.await_path(&next).await?;
    browser.find(".post .prose").await?;
    assert_eq!(browser.count(".is-earlier, .placeholder").await?, 0);
    proxy.lift();
    Ok(())
}

#[tokio::test]
async fn a_prefetch_takes_no_flashes() -> anyhow::Result<()> {
    let (_site, browser) = open_page("/about").await?;
    browser.click(".navbar-nav a[href='/blogs']").await?;
    browser.find(CARD).await?;
    browser
        .until("return !document.querySelector('.placeholder')", vec![])
        .await?;
    // A form post without a script: its flashes wait for the session's next envelope.
    browser
        .run(
            "const fields = new URLSearchParams({name: 'Ada', email: 'ada@example.org',
                subject: 'S', message: 'M'});
             return fetch('/contact', {method: 'POST', body: fields, redirect: 'manual'})
                .then(() => true)",
        )
        .await?;
    let post = browser.attribute(LINK, "href").await?;
    browser
        .run(
            "document.querySelector('.blog-card .stretched-link').dispatchEvent(
            new PointerEvent('pointerover', {bubbles: true}))",
        )
        .await?;
    browser.until(HAS_FETCHED, vec![json!(post)]).await?;
    assert_eq!(browser.count(".toast-stack .alert").await?, 0);
    browser.click(LINK).await?;
    browser
        .await_text(
            ".toast-stack .alert-success p",
            "Your message has been sent successfully!",
        )
        .await?;
    Ok(())
}
