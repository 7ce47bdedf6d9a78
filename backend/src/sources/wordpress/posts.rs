//! Records of WordPress as posts and pages.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::content::address::{Addresses, SameSite};
use crate::content::dates;
use crate::content::fields::{Fields, Person};
use crate::content::html;
use crate::content::post::RawPost;
use crate::sources::client::{Answer, without_secrets};
use crate::sources::records;
use crate::sources::site_info::{SiteInfo, SitePage};

/// A featured picture this wide fills the page on dense screens too.
const WIDE_ENOUGH: u64 = 1200;
/// What themes write at the end of an excerpt.
const EXCERPT_ENDINGS: [&str; 3] = ["[…]", "[...]", "(more…)"];

/// Takes a post apart; `None` for one that is not public.
pub(super) fn raw_post(post: Fields<'_>, addresses: &Arc<dyn Addresses>) -> Option<RawPost> {
    if !is_public(post) {
        return None;
    }
    let embedded = post.record("_embedded");
    let terms = embedded.map(terms).unwrap_or_default();
    let of = |taxonomy: &str| -> Vec<String> {
        let terms = terms.iter().filter(|term| term.taxonomy == taxonomy);
        terms.map(|term| term.name.clone()).collect()
    };
    let mut categories = of("category").into_iter();
    let date = post
        .text(&["date_gmt"])
        .filter(|date| dates::parse(date).is_some())
        .or_else(|| post.text(&["date"]));
    Some(RawPost {
        id: slug(post).or_else(|| post.text(&["id"])),
        title: words(&rendered(post, "title"), addresses),
        summary: excerpt(&rendered(post, "excerpt"), addresses),
        category: categories.next(),
        authors: embedded.map(authors).unwrap_or_default(),
        featured_image: embedded.and_then(featured_image),
        published: date.as_deref().and_then(dates::parse),
        date_words: date,
        html: rendered(post, "content"),
        // A post has one category here; its others lead to related posts as tags do.
        tags: of("post_tag").into_iter().chain(categories).collect(),
        ..RawPost::default()
    })
}

/// The site's name and description.
pub(super) fn site_words(text: &str) -> SiteInfo {
    let root: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let root = Fields(&root);
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    let read = |name| words(&root.text(&[name]).unwrap_or_default(), &addresses);
    SiteInfo {
        title: read("name"),
        description: read("description"),
        ..SiteInfo::default()
    }
}

/// The site's public pages, in the order of its menu.
pub(super) fn site_pages(mut answer: Answer) -> Vec<SitePage> {
    let text = records::text(std::mem::take(&mut answer.body));
    let Ok(list) = records::list(&text, &[], &[]) else {
        return Vec::new();
    };
    let addresses: Arc<dyn Addresses> = Arc::new(without_secrets(&answer.url));
    let records = list.records.iter();
    let records = records.filter_map(|raw| records::record(raw).ok());
    records
        .filter_map(|record| site_page(Fields(&record), &addresses))
        .collect()
}

fn site_page(page: Fields<'_>, addresses: &Arc<dyn Addresses>) -> Option<SitePage> {
    if !is_public(page) {
        return None;
    }
    let content = html::sanitise(&rendered(page, "content"), addresses).ok()?;
    let updated = page.text(&["modified_gmt"]);
    Some(SitePage {
        slug: slug(page)?,
        title: words(&rendered(page, "title"), addresses)?,
        description: excerpt(&rendered(page, "excerpt"), addresses).unwrap_or_default(),
        content_html: content.html,
        headings: content.headings,
        updated_at: updated
            .as_deref()
            .and_then(dates::parse)
            .map(|updated| updated.at.to_string()),
    })
}

/// Published, and without a password.
fn is_public(post: Fields<'_>) -> bool {
    let is_protected = post
        .record("content")
        .is_some_and(|content| content.switch("protected") == Some(true));
    let status = post.text(&["status"]);
    !is_protected && status.is_none_or(|status| status == "publish")
}

/// Slugs of other scripts are percent-encoded.
fn slug(post: Fields<'_>) -> Option<String> {
    let slug = post.text(&["slug"])?;
    let slug = percent_encoding::percent_decode_str(&slug).decode_utf8_lossy();
    Some(slug.replace('/', "-"))
}

fn rendered(post: Fields<'_>, name: &str) -> String {
    let rendered = post
        .record(name)
        .and_then(|field| field.text(&["rendered"]));
    rendered.unwrap_or_default()
}

/// The text of HTML, with its entities decoded.
fn words(html: &str, addresses: &Arc<dyn Addresses>) -> Option<String> {
    let text = html::sanitise(html, addresses).ok()?.text;
    (!text.trim().is_empty()).then_some(text)
}

/// An excerpt without the link to the post and without the mark that it was cut.
fn excerpt(html: &str, addresses: &Arc<dyn Addresses>) -> Option<String> {
    let link = html
        .find("more-link")
        .and_then(|class| html[..class].rfind("<a"));
    let text = words(&html[..link.unwrap_or(html.len())], addresses)?;
    let text = text.trim_end();
    let cut = EXCERPT_ENDINGS
        .iter()
        .find_map(|ending| text.strip_suffix(ending));
    Some(match cut {
        Some(cut) => format!("{}…", cut.trim_end()),
        None => text.to_owned(),
    })
}

struct Term {
    taxonomy: String,
    name: String,
}

/// Categories and tags: lists of lists, one for each taxonomy.
fn terms(embedded: Fields<'_>) -> Vec<Term> {
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    let groups = embedded.0.get("wp:term").and_then(Value::as_array);
    let groups = groups.into_iter().flatten();
    let terms = groups.filter_map(Value::as_array).flatten();
    terms
        .filter_map(|term| {
            let term = Fields(term.as_object()?);
            let name = term.text(&["name"])?;
            let has_entities = name.contains('&');
            Some(Term {
                taxonomy: term.text(&["taxonomy"])?,
                name: if has_entities {
                    words(&name, &addresses)?
                } else {
                    name
                },
            })
        })
        .collect()
}

/// A deleted author is embedded as an error, which has no name.
fn authors(embedded: Fields<'_>) -> Vec<Person> {
    let authors = embedded.0.get("author").and_then(Value::as_array);
    let authors = authors.into_iter().flatten().filter_map(Value::as_object);
    authors
        .filter_map(|author| {
            let author = Fields(author);
            let pictures = author.record("avatar_urls");
            Some(Person {
                name: Some(author.text(&["name"])?),
                picture: pictures.and_then(|sizes| sizes.text(&["96", "48", "24"])),
            })
        })
        .collect()
}

/// The smallest size that is wide enough, else the original.
fn featured_image(embedded: Fields<'_>) -> Option<String> {
    let media = embedded.0.get("wp:featuredmedia")?.as_array()?;
    let media = Fields(media.first()?.as_object()?);
    let sizes = media
        .record("media_details")
        .and_then(|details| details.record("sizes"));
    let sizes = sizes.into_iter().flat_map(|sizes| sizes.0.values());
    let sizes = sizes.filter_map(|size| {
        let size = Fields(size.as_object()?);
        let width: u64 = size.text(&["width"])?.parse().ok()?;
        Some((width, size.text(&["source_url"])?))
    });
    let smallest = sizes
        .filter(|(width, _)| *width >= WIDE_ENOUGH)
        .min_by_key(|(width, _)| *width);
    smallest
        .map(|(_, url)| url)
        .or_else(|| media.text(&["source_url"]))
}
