//! The posts for feed readers and search engines: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1 and a
//! sitemap. All addresses in them are absolute.

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use rss::extension::atom::AtomExtension;
use rss::extension::dublincore::DublinCoreExtension;
use serde_json::json;
use shared::paths;
use shared::route::{Route, SITE_DESCRIPTION, SITE_NAME};
use url::Url;

use crate::content::post::Post;
use crate::content::snapshot::Snapshot;
use crate::public_url::PublicUrl;

/// Posts in a feed: the newest ones.
const FEED_POSTS: usize = 20;
/// The most addresses that a sitemap can hold (sitemaps.org protocol).
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

/// `/feed.xml`: RSS 2.0, with whole posts.
///
/// # Errors
/// When it can't be written.
pub fn rss(site: &PublicUrl, snapshot: &Snapshot, read_at: Timestamp) -> Result<String, FeedError> {
    let items = newest(snapshot)
        .iter()
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
                pub_date: date_of(post, read_at).map(rfc822).transpose()?,
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
        title: SITE_NAME.to_owned(),
        link: site.absolute("/"),
        description: SITE_DESCRIPTION.to_owned(),
        language: Some("en".to_owned()),
        last_build_date: updated(snapshot, read_at).map(rfc822).transpose()?,
        atom_ext: Some(AtomExtension {
            links: vec![atom_syndication::Link {
                href: site.absolute("/feed.xml"),
                rel: "self".to_owned(),
                mime_type: Some("application/rss+xml".to_owned()),
                ..atom_syndication::Link::default()
            }],
        }),
        items,
        ..rss::Channel::default()
    };
    let xml = channel.write_to(Vec::new())?;
    Ok(xml_text(String::from_utf8(xml)?))
}

/// `/atom.xml`: Atom, with whole posts. A post without a date is as old as can be.
///
/// # Errors
/// When it can't be written.
pub fn atom(
    site: &PublicUrl,
    snapshot: &Snapshot,
    read_at: Timestamp,
) -> Result<String, FeedError> {
    use atom_syndication::{Category, Content, Entry, Feed, Link, Person, Text};

    let date = |moment: Timestamp| moment.to_string().parse().map_err(|_| FeedError::Date);
    let link = |rel: &str, href: String| Link {
        href,
        rel: rel.to_owned(),
        ..Link::default()
    };
    let entries = newest(snapshot)
        .iter()
        .map(|post| {
            let address = address(site, post);
            Ok(Entry {
                title: Text::plain(post.title.clone()),
                id: address.clone(),
                updated: date(date_of(post, read_at).unwrap_or(Timestamp::UNIX_EPOCH))?,
                published: date_of(post, read_at).map(date).transpose()?,
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
        title: Text::plain(SITE_NAME),
        subtitle: Some(Text::plain(SITE_DESCRIPTION)),
        id: site.absolute("/"),
        updated: date(updated(snapshot, read_at).unwrap_or(Timestamp::UNIX_EPOCH))?,
        links: vec![
            link("self", site.absolute("/atom.xml")),
            link("alternate", site.absolute("/")),
        ],
        lang: Some("en".to_owned()),
        entries,
        ..Feed::default()
    };
    let xml = feed.write_to(Vec::new())?;
    Ok(xml_text(String::from_utf8(xml)?))
}

/// `/feed.json`: JSON Feed 1.1, with whole posts.
///
/// # Errors
/// When it can't be written.
pub fn json_feed(
    site: &PublicUrl,
    snapshot: &Snapshot,
    read_at: Timestamp,
) -> Result<String, FeedError> {
    let items = newest(snapshot)
        .iter()
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
            if let Some(moment) = date_of(post, read_at) {
                item["date_published"] = json!(moment.to_string());
            }
            if let Some(image) = &post.featured_image {
                item["image"] = json!(site.absolute(image));
            }
            Ok(item)
        })
        .collect::<Result<Vec<_>, FeedError>>()?;
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": SITE_NAME,
        "description": SITE_DESCRIPTION,
        "home_page_url": site.absolute("/"),
        "feed_url": site.absolute("/feed.json"),
        "language": "en",
        "items": items,
    });
    Ok(feed.to_string())
}

/// `/sitemap.xml`: every page of the site (sitemaps.org protocol 0.9).
///
/// # Errors
/// When it can't be written.
pub fn sitemap(
    site: &PublicUrl,
    snapshot: &Snapshot,
    read_at: Timestamp,
) -> Result<String, FeedError> {
    let fixed = Route::fixed().map(|route| (site.absolute(&route.href()), None));
    let posts = snapshot
        .posts()
        .iter()
        .map(|post| (address(site, post), date_of(post, read_at)));
    let pages = fixed.into_iter().chain(posts).take(SITEMAP_ADDRESSES);

    let mut writer = Writer::new(Vec::new());
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer
        .create_element("urlset")
        .with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"))
        .write_inner_content(|urls| {
            for (address, changed) in pages {
                urls.create_element("url").write_inner_content(|url| {
                    url.create_element("loc")
                        .write_text_content(BytesText::new(&address))?;
                    if let Some(moment) = changed {
                        url.create_element("lastmod")
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

fn newest(snapshot: &Snapshot) -> &[Post] {
    let posts = snapshot.posts();
    &posts[..posts.len().min(FEED_POSTS)]
}

fn updated(snapshot: &Snapshot, read_at: Timestamp) -> Option<Timestamp> {
    date_of(snapshot.posts().first()?, read_at)
}

/// When a post was published. A date that was in the future when the posts were read is that moment:
/// readers of feeds take a later one for a mistake.
fn date_of(post: &Post, read_at: Timestamp) -> Option<Timestamp> {
    post.published_at.map(|date| date.min(read_at))
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
