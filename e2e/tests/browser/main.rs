//! Tests of the site in a real browser.

mod accessibility;
mod contact;
mod failures;
mod first_page;
mod freshness;
mod keyboard;
mod late_app;
mod motion;
mod notices;
mod other_sites;
mod own_site;
mod page_weight;
mod preview;
mod reading;
mod scrolling;
mod search;
mod session;
mod sources;
mod tabs;
mod walk;

use e2e::browser::Browser;
use e2e::fault_proxy::FaultProxy;
use e2e::site::Site;

/// A site with the built-in posts, and a browser with one of its pages.
async fn open_page(path: &str) -> anyhow::Result<(Site, Browser)> {
    let site = Site::start().await?;
    let browser = Browser::open(site.origin()).await?;
    browser.visit(path).await?;
    Ok((site, browser))
}

/// The same with a proxy in between.
async fn open_behind_proxy(path: &str) -> anyhow::Result<(Site, FaultProxy, Browser)> {
    let site = Site::start().await?;
    let proxy = FaultProxy::before(site.origin()).await?;
    let browser = Browser::open(proxy.origin()).await?;
    browser.visit(path).await?;
    Ok((site, proxy, browser))
}
