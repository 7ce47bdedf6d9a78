//! The posts for feed readers and search engines: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1 and a
//! sitemap. All addresses in them are absolute.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use rss::extension::atom::AtomExtension;
use rss::extension::dublincore::DublinCoreExtension;
use serde_json::json;
use shared::paths;
use shared::route::Route;
use shared::site::Site;
use url::Url;

use crate::answers::FeedFormat;
use crate::content::post::Post;
use crate::content::snapshot::Snapshot;
use crate::public_url::PublicUrl;
use crate::site::profile::ProfileView;

/// Posts on a page of a feed. The first page has the newest.
const FEED_POSTS: usize = 50;
/// The most addresses of one sitemap (sitemaps.org protocol).
const SITEMAP_ADDRESSES: usize = 50_000;

/// Why a feed could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The RSS document.
    #[error("RSS: {0}")]
    Rss(#[from] rss::Error),
    /// The Atom document.
    #[error("Atom: {0}")]
    Atom(#[from] atom_syndication::Error),
    /// A date that Atom can't hold.
    #[error("a date can't be written")]
    Date,
    /// The sitemap.
    #[error("sitemap: {0}")]
    Sitemap(#[from] std::io::Error),
    /// The XML is no text.
    #[error("not UTF-8: {0}")]
    Text(#[from] std::string::FromUtf8Error),
    /// A post's HTML.
    #[error("HTML: {0}")]
    Html(#[from] lol_html::errors::RewritingError),
}

/// The media type of a feed.
pub fn content_type(format: FeedFormat) -> &'static str {
    match format {
        FeedFormat::Rss => "application/rss+xml; charset=utf-8",
        FeedFormat::Atom => "application/atom+xml; charset=utf-8",
        FeedFormat::Json => "application/feed+json",
    }
}

/// A page of a feed, from 1, with whole posts.
///
/// # Errors
/// When it can't be written.
pub fn write(format: FeedFormat, posts: &Posts, page: u32) -> Result<String, FeedError> {
    let page = FeedPage {
        site: &posts.site,
        all: posts,
        page,
    };
    match format {
        FeedFormat::Rss => rss(&page),
        FeedFormat::Atom => atom(&page),
        FeedFormat::Json => json_feed(&page),
    }
}

/// The number of pages of every feed.
pub fn pages(snapshot: &Snapshot) -> u32 {
    pages_of(snapshot.posts().len(), FEED_POSTS)
}

fn pages_of(items: usize, per_page: usize) -> u32 {
    u32::try_from(items.div_ceil(per_page).max(1)).unwrap_or(u32::MAX)
}

/// The posts of a site, and when they were read.
pub struct Posts {
    /// Where people reach the site.
    pub site: Arc<PublicUrl>,
    /// The site's words and pages.
    pub profile: Arc<ProfileView>,
    /// The posts, newest first.
    pub snapshot: Arc<Snapshot>,
    /// When the source last held just these.
    pub read_at: Timestamp,
}

impl Posts {
    /// Whether a post was dated in the future when it was read.
    pub fn has_future_dates(&self) -> bool {
        let newest = self.snapshot.posts().first();
        newest.is_some_and(|post| post.published_at > Some(self.read_at))
    }

    /// When a post was published. A date in the future is replaced by the time of reading: readers of
    /// feeds take a later one for a mistake.
    fn date_of(&self, post: &Post) -> Option<Timestamp> {
        post.published_at.map(|date| date.min(self.read_at))
    }

    fn updated(&self) -> Option<Timestamp> {
        self.date_of(self.snapshot.posts().first()?)
    }
}

/// A page of a feed (RFC 5005, section 3).
struct FeedPage<'a> {
    site: &'a PublicUrl,
    all: &'a Posts,
    page: u32,
}

impl FeedPage<'_> {
    fn posts(&self) -> impl Iterator<Item = &Post> {
        let before = (self.page as usize - 1) * FEED_POSTS;
        let posts = self.all.snapshot.posts().iter();
        posts.skip(before).take(FEED_POSTS)
    }

    fn address(&self, path: &str, page: u32) -> String {
        match page {
            1 => self.site.absolute(path),
            page => self.site.absolute(&format!("{path}?page={page}")),
        }
    }

    /// The relations and addresses of the feed's other pages.
    fn links(&self, path: &str) -> Vec<(&'static str, String)> {
        let last = pages(&self.all.snapshot);
        let mut links = vec![("self", self.page)];
        if last > 1 {
            links.extend([("first", 1), ("last", last)]);
        }
        if self.page > 1 {
            links.push(("previous", self.page - 1));
        }
        if self.page < last {
            links.push(("next", self.page + 1));
        }
        let address = |(rel, page)| (rel, self.address(path, page));
        links.into_iter().map(address).collect()
    }
}

/// `/feed.xml`: RSS 2.0.
fn rss(page: &FeedPage) -> Result<String, FeedError> {
    let site = page.site;
    let words = &page.all.profile.site;
    let items = page
        .posts()
        .map(|post| {
            let link = address(site, post);
            Ok(rss::Item {
                title: Some(post.title.clone()),
                description: Some(post.summary.clone()),
                content: Some(absolute_html(&post.content_html, &link)?),
                guid: Some(rss::Guid {
                    value: link.clone(),
                    permalink: true,
                }),
                link: Some(link),
                pub_date: page.all.date_of(post).map(rfc822).transpose()?,
                categories: categories(post)
                    .map(|name| rss::Category {
                        name: name.clone(),
                        domain: None,
                    })
                    .collect(),
                // RSS's own author field wants an e-mail address.
                dublin_core_ext: Some(DublinCoreExtension {
                    creators: vec![post.author.name.clone()],
                    ..DublinCoreExtension::default()
                }),
                ..rss::Item::default()
            })
        })
        .collect::<Result<_, FeedError>>()?;
    let channel = rss::Channel {
        title: words.title.clone(),
        link: site.absolute("/"),
        description: words.description.clone(),
        language: Some(words.language.clone()),
        last_build_date: page.all.updated().map(rfc822).transpose()?,
        atom_ext: Some(AtomExtension {
            links: page
                .links("/feed.xml")
                .into_iter()
                .map(|(rel, href)| atom_syndication::Link {
                    href,
                    rel: rel.to_owned(),
                    mime_type: Some("application/rss+xml".to_owned()),
                    ..atom_syndication::Link::default()
                })
                .collect(),
        }),
        items,
        ..rss::Channel::default()
    };
    let xml = channel.write_to(Vec::new())?;
    Ok(xml_text(String::from_utf8(xml)?))
}

/// `/atom.xml`: RFC 4287. A post without a date is as old as can be.
fn atom(page: &FeedPage) -> Result<String, FeedError> {
    use atom_syndication::{Category, Content, Entry, Feed, Link, Person, Text};

    let site = page.site;
    let words = &page.all.profile.site;
    let date = |moment: Timestamp| moment.to_string().parse().map_err(|_| FeedError::Date);
    let link = |rel: &str, href: String| Link {
        href,
        rel: rel.to_owned(),
        ..Link::default()
    };
    let entries = page
        .posts()
        .map(|post| {
            let address = address(site, post);
            Ok(Entry {
                title: Text::plain(post.title.clone()),
                id: address.clone(),
                updated: date(page.all.date_of(post).unwrap_or(Timestamp::UNIX_EPOCH))?,
                published: page.all.date_of(post).map(date).transpose()?,
                authors: vec![Person {
                    name: post.author.name.clone(),
                    ..Person::default()
                }],
                categories: categories(post)
                    .map(|name| Category {
                        term: name.clone(),
                        ..Category::default()
                    })
                    .collect(),
                summary: (!post.summary.is_empty()).then(|| Text::plain(post.summary.clone())),
                content: Some(Content {
                    value: Some(absolute_html(&post.content_html, &address)?),
                    content_type: Some("html".to_owned()),
                    ..Content::default()
                }),
                links: vec![link("alternate", address)],
                ..Entry::default()
            })
        })
        .collect::<Result<_, FeedError>>()?;
    let feed = Feed {
        title: Text::plain(words.title.clone()),
        subtitle: Some(Text::plain(words.description.clone())),
        id: site.absolute("/"),
        updated: date(page.all.updated().unwrap_or(Timestamp::UNIX_EPOCH))?,
        links: page
            .links("/atom.xml")
            .into_iter()
            .map(|(rel, href)| link(rel, href))
            .chain([link("alternate", site.absolute("/"))])
            .collect(),
        lang: Some(words.language.clone()),
        entries,
        ..Feed::default()
    };
    let xml = feed.write_to(Vec::new())?;
    Ok(xml_text(String::from_utf8(xml)?))
}

/// `/feed.json`: JSON Feed 1.1.
fn json_feed(page: &FeedPage) -> Result<String, FeedError> {
    let site = page.site;
    let words = &page.all.profile.site;
    let items = page
        .posts()
        .map(|post| {
            let address = address(site, post);
            let mut item = json!({
                "id": address,
                "url": address,
                "title": post.title,
                "summary": post.summary,
                "content_html": absolute_html(&post.content_html, &address)?,
                "authors": [{"name": post.author.name}],
                "tags": categories(post).collect::<Vec<_>>(),
            });
            if let Some(moment) = page.all.date_of(post) {
                item["date_published"] = json!(moment.to_string());
            }
            if let Some(image) = &post.featured_image {
                item["image"] = json!(site.absolute(image));
            }
            Ok(item)
        })
        .collect::<Result<Vec<_>, FeedError>>()?;
    let mut feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": words.title,
        "description": words.description,
        "home_page_url": site.absolute("/"),
        "feed_url": page.address("/feed.json", page.page),
        "language": words.language,
        "items": items,
    });
    if page.page < pages(&page.all.snapshot) {
        feed["next_url"] = json!(page.address("/feed.json", page.page + 1));
    }
    Ok(feed.to_string())
}

/// The number of sitemaps that hold all addresses.
pub fn sitemap_pages(words: &Site, snapshot: &Snapshot) -> u32 {
    let addresses = fixed_pages(words).len() + snapshot.posts().len();
    pages_of(addresses, SITEMAP_ADDRESSES)
}

/// `/sitemap.xml` (sitemaps.org protocol 0.9): all addresses where one sitemap can hold them, else an
/// index. With a page, from 1, the sitemap of that page.
///
/// # Errors
/// When it can't be written.
pub fn sitemap(posts: &Posts, page: Option<u32>) -> Result<String, FeedError> {
    match (page, sitemap_pages(&posts.profile.site, &posts.snapshot)) {
        (None, 1) => sitemap_page(posts, 1),
        (Some(page), _) => sitemap_page(posts, page),
        (None, pages) => {
            let site = &posts.site;
            let address = |page| (site.absolute(&format!("/sitemap.xml?page={page}")), None);
            sitemap_xml("sitemapindex", "sitemap", (1..=pages).map(address))
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

/// `/robots.txt`: everybody may look at everything (RFC 9309).
#[must_use]
pub fn robots(site: &PublicUrl) -> String {
    format!(
        "User-agent: *\nDisallow:\n\nSitemap: {}\n",
        site.absolute("/sitemap.xml")
    )
}

/// The addresses of the pages that are no posts.
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

fn address(site: &PublicUrl, post: &Post) -> String {
    site.absolute(&paths::blog(&post.id))
}

fn categories(post: &Post) -> impl Iterator<Item = &String> {
    std::iter::once(&post.category).chain(&post.tags)
}

/// The date as RSS wants it: RFC 822 with a year of four digits.
fn rfc822(moment: Timestamp) -> Result<String, FeedError> {
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&moment)
        .map_err(|_| FeedError::Date)
}

/// A post's HTML for readers elsewhere: its links and pictures by their whole addresses.
fn absolute_html(html: &str, page: &str) -> Result<String, FeedError> {
    let Ok(page) = Url::parse(page) else {
        return Ok(html.to_owned());
    };
    let whole = element!("[href], [src]", |element| {
        for name in ["href", "src"] {
            let whole = element
                .get_attribute(name)
                .and_then(|address| page.join(&address).ok());
            if let Some(whole) = whole {
                element.set_attribute(name, whole.as_str())?;
            }
        }
        Ok(())
    });
    let settings = RewriteStrSettings::new().append_element_content_handler(whole);
    Ok(rewrite_str(html, settings)?)
}

/// Without the control characters that XML can't hold even as references (XML 1.0, section 2.2).
fn xml_text(mut xml: String) -> String {
    xml.retain(|character| {
        matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
    });
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_pictures_in_a_feed_lead_to_the_site() {
        let html = r##"<a href="#part">1</a><a href="/about?a=1&amp;b=2">2</a><img src="/media/a.svg"><a href="https://else.example/">3</a>"##;
        let whole = absolute_html(html, "https://blog.example/blogs/a").expect("HTML");
        assert_eq!(
            whole,
            r##"<a href="https://blog.example/blogs/a#part">1</a><a href="https://blog.example/about?a=1&amp;b=2">2</a><img src="https://blog.example/media/a.svg"><a href="https://else.example/">3</a>"##
        );
    }

    #[test]
    fn what_xml_can_not_hold_is_left_out() {
        assert_eq!(
            xml_text("a\u{8}\u{FFFF}b\n\u{1F642}".into()),
            "ab\n\u{1F642}"
        );
    }
}
