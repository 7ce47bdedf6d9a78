//! The contact form.

use e2e::browser::Browser;
use e2e::fault_proxy::{Fault, FaultProxy};
use e2e::site::Site;
use fantoccini::Locator;

use crate::{open_behind_proxy, open_page};

const SEND: &str = ".contact-form button";

async fn write(browser: &Browser, field: &str, text: &str) -> anyhow::Result<()> {
    browser.type_into(&format!("#{field}"), text).await
}

async fn write_all(browser: &Browser) -> anyhow::Result<()> {
    write(browser, "name", "Ada").await?;
    write(browser, "email", "ada@example.org").await?;
    write(browser, "subject", "A question").await?;
    write(browser, "message", "How do flash messages work?").await
}

async fn value(browser: &Browser, field: &str) -> anyhow::Result<String> {
    let element = browser.find(&format!("#{field}")).await?;
    Ok(element.prop("value").await?.unwrap_or_default())
}

#[tokio::test]
async fn a_message_is_sent_once_and_its_reference_shown() -> anyhow::Result<()> {
    let (site, browser) = open_page("/").await?;
    browser.click(".navbar-nav a[href='/contact']").await?;
    browser.await_text("h1", "Contact").await?;
    write_all(&browser).await?;
    browser
        .run("const b = document.querySelector('.contact-form button'); b.click(); b.click()")
        .await?;
    browser.await_text("h1", "Message received").await?;
    let reference = browser.text("[data-testid=reference]").await?;
    assert!(!reference.is_empty());
    browser.find(".toast-stack .alert-success.show").await?;
    assert_eq!(browser.count(".toast-stack .alert").await?, 1);
    assert_eq!(site.messages().await?, [reference]);

    browser.client().refresh().await?;
    browser.await_text("h1", "Contact").await?;
    assert_eq!(
        value(&browser, "message").await?,
        "",
        "the draft is removed"
    );
    assert_eq!(browser.complaints().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn faults_are_named_at_their_fields_and_the_first_is_focused() -> anyhow::Result<()> {
    let (site, browser) = open_page("/contact").await?;
    write(&browser, "name", "Ada").await?;
    write(&browser, "email", "not-an-address").await?;
    browser.click(SEND).await?;
    browser.find("[role=alert] #contact-faults").await?;
    browser
        .until("return document.activeElement.id === 'email'", vec![])
        .await?;
    assert_eq!(browser.attribute("#email", "aria-invalid").await?, "true");
    let described = browser.attribute("#email", "aria-describedby").await?;
    assert!(
        browser
            .text(&format!("#{described}"))
            .await?
            .contains("name@example.org")
    );
    assert_eq!(browser.count("#contact-faults li").await?, 3);
    for label in browser
        .client()
        .find_all(Locator::Css(".contact-form .field label"))
        .await?
    {
        let target = label.attr("for").await?.unwrap_or_default();
        browser.find(&format!("#{target}")).await?;
    }
    assert_eq!(site.messages().await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn the_draft_survives_a_failure_and_a_reload() -> anyhow::Result<()> {
    let (site, proxy, browser) = open_behind_proxy("/contact").await?;
    write_all(&browser).await?;
    proxy.set("/api/v1/contact", Fault::ServerError);
    browser.click(SEND).await?;
    browser.find("#contact-failure").await?;
    assert!(browser.text("#contact-failure").await?.contains("fault-1"));
    assert_eq!(
        value(&browser, "message").await?,
        "How do flash messages work?"
    );

    browser.client().refresh().await?;
    browser.await_text("h1", "Contact").await?;
    assert_eq!(value(&browser, "email").await?, "ada@example.org");
    browser.clear_cookies().await?;
    proxy.lift();
    browser.click(SEND).await?;
    browser.await_text("h1", "Message received").await?;
    assert_eq!(site.messages().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn after_a_lost_answer_the_form_says_so_and_sending_again_counts_once() -> anyhow::Result<()>
{
    let (site, proxy, browser) = open_behind_proxy("/contact").await?;
    write_all(&browser).await?;
    proxy.set("/api/v1/contact", Fault::LostAnswer);
    browser.click(SEND).await?;
    let said = browser.text("#contact-failure").await?;
    assert!(
        said.contains("We can’t tell whether your message arrived."),
        "{said}"
    );
    let stored = site.messages().await?;
    assert_eq!(stored.len(), 1, "it did arrive");

    proxy.lift();
    browser.click(SEND).await?;
    browser.await_text("h1", "Message received").await?;
    let reference = browser.text("[data-testid=reference]").await?;
    assert_eq!(stored, [reference]);
    assert_eq!(site.messages().await?, stored);
    Ok(())
}

/// Sends a message that gets no answer until the fault is lifted.
async fn send_into_silence() -> anyhow::Result<(Site, FaultProxy, Browser)> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    browser.hold_timers().await?;
    browser.visit("/contact").await?;
    write_all(&browser).await?;
    proxy.set("/api/v1/contact", Fault::Silence);
    browser.click(SEND).await?;
    proxy.await_held().await;
    Ok((site, proxy, browser))
}

#[tokio::test]
async fn while_a_message_is_being_sent_the_form_is_locked() -> anyhow::Result<()> {
    let (site, proxy, browser) = send_into_silence().await?;
    browser.await_text(SEND, "Sending…").await?;
    browser.find(&format!("{SEND}[aria-disabled=true]")).await?;
    browser
        .await_text(".contact-form > [role=status]", "Sending your message")
        .await?;
    // Text typed now would not be sent, so the field is read-only.
    browser.click("#message").await?;
    browser.press("More").await?;
    browser.click(SEND).await?;
    assert_eq!(
        value(&browser, "message").await?,
        "How do flash messages work?"
    );

    proxy.lift();
    browser.await_text("h1", "Message received").await?;
    let once = "return performance.getEntriesByType('resource')
        .filter(entry => entry.name.endsWith('/api/v1/contact')).length === 1";
    browser.until(once, vec![]).await?;
    assert_eq!(site.messages().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn text_written_while_a_message_is_being_sent_is_kept() -> anyhow::Result<()> {
    let (_site, proxy, browser) = send_into_silence().await?;
    browser.click(".navbar-nav a[href='/about']").await?;
    browser.await_text("h1", "About FlashBlog").await?;
    browser.click(".navbar-nav a[href='/contact']").await?;
    browser.await_text("h1", "Contact").await?;
    write(&browser, "message", " And why?").await?;
    proxy.lift();
    browser.find(".toast-stack .alert-success.show").await?;
    browser.client().refresh().await?;
    browser.await_text("h1", "Contact").await?;
    assert_eq!(
        value(&browser, "message").await?,
        "How do flash messages work? And why?"
    );
    Ok(())
}

#[tokio::test]
async fn a_form_post_without_a_script_is_told_about_on_the_next_page() -> anyhow::Result<()> {
    let (site, browser) = open_page("/contact").await?;
    write_all(&browser).await?;
    // Sends the form as a browser without scripts does.
    browser
        .run("HTMLFormElement.prototype.submit.call(document.querySelector('.contact-form'))")
        .await?;
    browser.find(".toast-stack .alert-success.show").await?;
    browser.await_path("/contact").await?;
    // Two flashes: the message was sent, and its reference.
    assert_eq!(browser.count(".toast-stack .alert").await?, 2);
    assert_eq!(site.messages().await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_message_written_offline_is_sent_once_the_network_is_back() -> anyhow::Result<()> {
    let (site, browser) = open_page("/contact").await?;
    write_all(&browser).await?;
    let network = |offline: bool| serde_json::json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    browser
        .devtools("Network.enable", serde_json::json!({}))
        .await?;
    browser
        .devtools("Network.emulateNetworkConditions", network(true))
        .await?;
    browser.click(SEND).await?;
    browser.find("#contact-failure").await?;
    assert_eq!(
        value(&browser, "message").await?,
        "How do flash messages work?"
    );
    browser
        .devtools("Network.emulateNetworkConditions", network(false))
        .await?;
    browser.click(SEND).await?;
    browser.await_text("h1", "Message received").await?;
    assert_eq!(site.messages().await?.len(), 1);
    Ok(())
}
