//! The sitemap and robots.txt, for search engines.

use std::collections::BTreeSet;

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use shared::route::Route;
use shared::site::Site;

use crate::content::snapshot::Snapshot;
use crate::public_url::PublicUrl;
use crate::site::feeds::{FeedError, Posts, address, pages_of, xml_text};

/// The most addresses of one sitemap (sitemaps.org protocol).
const SITEMAP_ADDRESSES: usize = 50_000;

/// The number of sitemaps that hold all addresses.
pub fn pages(words: &Site, snapshot: &Snapshot) -> u32 {
    let addresses = fixed_pages(words).len() + snapshot.posts().len();
    pages_of(addresses, SITEMAP_ADDRESSES)
}

/// `/sitemap.xml` (sitemaps.org protocol 0.9): all addresses if one sitemap can hold them, else an index.
/// With a page, from 1, the sitemap of that page.
///
/// # Errors
/// When it can't be written.
pub fn write(posts: &Posts, page: Option<u32>) -> Result<String, FeedError> {
    match (page, pages(&posts.profile.site, &posts.snapshot)) {
        (None, 1) => sitemap_page(posts, 1),
        (Some(page), _) => sitemap_page(posts, page),
        (None, count) => {
            let site = &posts.site;
            let address = |page| (site.absolute(&format!("/sitemap.xml?page={page}")), None);
            sitemap_xml("sitemapindex", "sitemap", (1..=count).map(address))
        }
    }
}

fn sitemap_page(all: &Posts, page: u32) -> Result<String, FeedError> {
    let site = &all.site;
    let fixed = fixed_pages(&all.profile.site)
        .into_iter()
        .map(|address| (site.absolute(&address), None));
    let posts = all.snapshot.posts().iter();
    let posts = posts.map(|post| (address(site, post), all.date_of(post)));
    let addresses = fixed
        .into_iter()
        .chain(posts)
        .skip((page as usize - 1) * SITEMAP_ADDRESSES)
        .take(SITEMAP_ADDRESSES);
    sitemap_xml("urlset", "url", addresses)
}

fn sitemap_xml(
    list: &str,
    item: &str,
    addresses: impl Iterator<Item = (String, Option<Timestamp>)>,
) -> Result<String, FeedError> {
    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer
        .create_element(list)
        .with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"))
        .write_inner_content(|items| {
            for (address, changed) in addresses {
                items.create_element(item).write_inner_content(|item| {
                    item.create_element("loc")
                        .write_text_content(BytesText::new(&address))?;
                    if let Some(moment) = changed {
                        item.create_element("lastmod")
                            .write_text_content(BytesText::new(&moment.to_string()))?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
    Ok(xml_text(String::from_utf8(writer.into_inner())?))
}

/// `/robots.txt`: all crawlers may read all pages (RFC 9309).
#[must_use]
pub fn robots(site: &PublicUrl) -> String {
    format!(
        "User-agent: *\nDisallow:\n\nSitemap: {}\n",
        site.absolute("/sitemap.xml")
    )
}

/// The addresses of all pages but posts.
fn fixed_pages(words: &Site) -> BTreeSet<String> {
    let own = words.pages.iter().map(|slug| Route::page(slug));
    Route::fixed()
        .into_iter()
        .chain(own)
        .map(|route| words.resolve(route))
        .filter(|route| *route != Route::NotFound)
        .map(|route| route.href())
        .collect()
}
