//! All pages of the site and their states, for axe-core and for screenshots, in both themes and two
//! widths. A line in [`VIEWS`] adds a view to both.

use std::time::Duration;

use anyhow::Context;

use crate::browser::Browser;
use crate::fault_proxy::{Fault, FaultProxy};
use crate::site::Site;
use Step::{Break, Click, PassTime, Reload, Run, See, Type};

/// A page, or a state of one.
struct View {
    name: &'static str,
    address: &'static str,
    /// What happens after the page was opened. The first page of a visit contains its data, so that
    /// faults of the API show on the next page only.
    steps: &'static [Step],
    /// An element that exists when the view is complete.
    shown: &'static str,
}

/// Something that a reader does, or that happens to the page.
enum Step {
    /// Sets the fault for requests whose path contains the text.
    Break(&'static str, Fault),
    Click(&'static str),
    /// Types a text into the field with this id.
    Type(&'static str, &'static str),
    /// Waits for an element.
    See(&'static str),
    /// Lets held timers of the next minute run.
    PassTime,
    /// Reloads the page with an empty cache.
    Reload,
    /// Runs a script.
    Run(&'static str),
}

/// A view in one theme and width.
#[derive(Debug)]
pub struct Sight {
    /// The view's name, for file names.
    pub name: &'static str,
    /// `light` or `dark`.
    pub theme: &'static str,
    /// CSS pixels.
    pub width: u32,
}

/// The colour schemes that readers' systems prefer.
pub const THEMES: [&str; 2] = ["light", "dark"];
/// Height of the window; CSS pixels.
pub const HEIGHT: u32 = 900;

const fn page(name: &'static str, address: &'static str, shown: &'static str) -> View {
    state(name, address, &[], shown)
}

const fn state(
    name: &'static str,
    address: &'static str,
    steps: &'static [Step],
    shown: &'static str,
) -> View {
    View {
        name,
        address,
        steps,
        shown,
    }
}

// Links that exist on every page and at every width.
const TO_BLOGS: Step = Click(".site-footer a[href='/blogs']");
const TO_ABOUT: Step = Click(".site-footer a[href='/about']");
const API: &str = "/api/v1/blogs";
const CARD: &str = "[data-testid=blog-card]";
const FAILURE: &str = "[data-testid=failure] button";
const SKELETON: &str = ".blog-card .placeholder";
/// WebDriver's arrow key.
const DOWN: &str = "\u{e015}";
const SEND: Step = Click(".contact-form button");
/// Makes the app panic: the browser refuses to create elements, as an extension could make it.
const REFUSE_ELEMENTS: Step =
    Run("document.createElement = document.createElementNS = () => { throw new Error('refused') }");

/// Allows elements again, because axe-core needs them.
const MAKE_ELEMENTS: Step = Run("delete document.createElement; delete document.createElementNS");

#[rustfmt::skip]
const VIEWS: &[View] = &[
    page("home", "/", ".featured [data-testid=blog-card]"),
    page("blogs", "/blogs", CARD),
    page("blogs-page-3", "/blogs?page=3", CARD),
    page("category", "/blogs?category=Frontend", CARD),
    page("post", "/blogs/a-session-is-a-signature", ".post .prose"),
    page("post-picture", "/blogs/sqlite-in-wal-mode", ".post .prose"),
    state("post-contents", "/blogs/sqlite-in-wal-mode", &[Click(".contents summary")], ".contents details[open]"),
    state("post-copied", "/blogs/a-session-is-a-signature", &[Click(".share button:last-of-type")], ".share-status:not(:empty)"),
    page("post-empty", "/blogs/the-posts-are-in-the-binary", ".post-empty"),
    page("tag", "/blogs?tag=rust", CARD),
    page("search", "/search?q=session", "[data-testid=search-result]"),
    page("search-nothing", "/search?q=zebra", "[data-testid=nothing-found] .chip"),
    state("suggestions", "/about", &[Type("search-box", "sess"), See(".suggestion"), Type("search-box", DOWN)], ".suggestion[aria-selected=true]"),
    page("about", "/about", "#main h1"),
    state("session", "/about", &[Click(".session-panel summary")], "#end-session"),
    page("contact", "/contact", ".contact-form"),
    state("contact-faults", "/contact", &[SEND], "#contact-faults"),
    state("contact-failure", "/contact", &[Type("name", "Ada"), Type("email", "ada@example.org"), Type("subject", "A question"), Type("message", "How do flash messages work?"), Break("/api/v1/contact", Fault::ServerError), SEND], "#contact-failure"),
    // The form still contains the draft of the view before.
    state("contact-receipt", "/contact", &[SEND], "[data-testid=reference]"),
    page("not-found", "/no/such/page", "[data-testid=not-found]"),
    page("blog-not-found", "/blogs/nothing-here", ".toast-stack .alert.show"),
    state("menu", "/", &[Click(".navbar-toggler")], "#main-menu.show"),
    state("messages", "/blogs/nothing-here", &[See(".toast-stack .alert.show"), Click("#message-center")], "#messages li"),
    state("messages-none", "/about", &[Run("localStorage.clear(); sessionStorage.clear()"), Reload, Click("#message-center")], "#messages[open]"),
    state("shortcuts", "/about", &[Click("#show-shortcuts")], "#shortcuts[open]"),
    state("scrolled", "/blogs", &[See(CARD), Run("scrollTo(0, 400)")], ".back-to-top"),
    state("loading", "/about", &[Break(API, Fault::Silence), TO_BLOGS], SKELETON),
    state("loading-post", "/blogs", &[See(CARD), Break("/api/v1/blogs/", Fault::Silence), Click(".blog-grid .stretched-link")], ".text-skeleton"),
    state("stale", "/about", &[Break(API, Fault::Stale), TO_BLOGS], ".notice time"),
    state("unrenewed", "/blogs", &[See(CARD), TO_ABOUT, Break(API, Fault::ServerError), TO_BLOGS], ".notice .link-button"),
    state("server-error", "/about", &[Break(API, Fault::ServerError), TO_BLOGS], FAILURE),
    state("server-error-home", "/about", &[Break(API, Fault::ServerError), Click(".navbar-brand")], FAILURE),
    state("unavailable", "/about", &[Break(API, Fault::Unavailable), TO_BLOGS], FAILURE),
    state("offline", "/about", &[Break(API, Fault::Cut), TO_BLOGS], FAILURE),
    state("timeout", "/about", &[Break(API, Fault::Silence), TO_BLOGS, See(SKELETON), PassTime], FAILURE),
    state("crash", "/about", &[See("#main h1"), REFUSE_ELEMENTS, TO_BLOGS, See("body > main .trouble"), MAKE_ELEMENTS], "body > main .trouble"),
    page("file-not-found", "/media/no-such-picture.png", "h1"),
    page("api", "/api/docs", "h1"),
];

/// Why a page that the server rendered is still without the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum App {
    /// Scripts are off.
    Never,
    /// Scripts are on, but the site's scripts don't load. So axe-core can check a page that stays as it is.
    Blocked,
    /// The app is still loading.
    Later,
}

/// A site, and a browser with reduced motion at a proxy before it.
async fn open(theme: &'static str) -> anyhow::Result<(Site, FaultProxy, Browser)> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    browser.hide_scrollbars().await?;
    browser.prefer("prefers-reduced-motion", "reduce").await?;
    browser.prefer("prefers-color-scheme", theme).await?;
    Ok((site, proxy, browser))
}

/// Opens every page without the app, in this theme and both widths, and calls `look` for each.
///
/// # Errors
/// When a page does not load, or `look` fails.
pub async fn walk_without_app(
    app: App,
    theme: &'static str,
    mut look: impl AsyncFnMut(&Browser, &Sight) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (_site, proxy, browser) = open(theme).await?;
    match app {
        App::Never => browser.disable_scripts().await?,
        App::Blocked => browser.block("*.js").await?,
        App::Later => browser.use_pages_without_app(),
    }
    proxy.set("_bg.wasm", Fault::Silence);
    for view in VIEWS.iter().filter(|view| view.steps.is_empty()) {
        browser.visit(view.address).await?;
        browser.find(view.shown).await?;
        for width in [390, 1280] {
            browser.resize(width, HEIGHT).await?;
            browser.await_stillness().await?;
            let sight = Sight {
                name: view.name,
                theme,
                width,
            };
            look(&browser, &sight)
                .await
                .with_context(|| format!("looking at {sight:?} without the app"))?;
        }
    }
    Ok(())
}

/// The addresses of all pages that a reader can open directly.
pub fn addresses() -> impl Iterator<Item = &'static str> {
    let pages = VIEWS.iter().filter(|view| view.steps.is_empty());
    pages.map(|view| view.address)
}

/// Opens every view in this theme and both widths, and calls `look` for each. Motion is reduced and
/// toasts stay, so that the page does not change meanwhile.
///
/// # Errors
/// When a view does not complete, or `look` fails.
pub async fn walk(
    theme: &'static str,
    mut look: impl AsyncFnMut(&Browser, &Sight) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let (_site, proxy, browser) = open(theme).await?;
    browser.hold_timers().await?;
    for view in VIEWS {
        let name = view.name;
        browser.resize(390, HEIGHT).await?;
        arrive(&browser, &proxy, view)
            .await
            .with_context(|| format!("the view {name:?} did not complete"))?;
        for width in [390, 1280] {
            browser.resize(width, HEIGHT).await?;
            // With reduced motion, animations still take 0.01 ms.
            browser.await_stillness().await?;
            let sight = Sight { name, theme, width };
            look(&browser, &sight)
                .await
                .with_context(|| format!("looking at {sight:?}"))?;
        }
        proxy.lift();
    }
    Ok(())
}

async fn arrive(browser: &Browser, proxy: &FaultProxy, view: &View) -> anyhow::Result<()> {
    browser.visit(view.address).await?;
    for step in view.steps {
        match step {
            Break(part, fault) => proxy.set(part, *fault),
            Click(css) => browser.click(css).await?,
            Type(id, text) => browser.type_into(&format!("#{id}"), text).await?,
            See(css) => {
                browser.find(css).await?;
            }
            PassTime => browser.pass_time(Duration::from_secs(60)).await?,
            Reload => {
                browser
                    .devtools("Network.clearBrowserCache", serde_json::json!({}))
                    .await?;
                browser.client().refresh().await?;
            }
            Run(script) => {
                browser.await_app().await?;
                browser.run(script).await?;
            }
        }
    }
    browser.find(view.shown).await?;
    Ok(())
}
