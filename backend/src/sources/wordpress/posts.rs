//! Reads posts and pages from WordPress's records.

use std::sync::Arc;

use serde_json::{Map, Value};
use shared::site::SitePage;

use crate::content::address::{Addresses, SameSite};
use crate::content::dates;
use crate::content::fields::{Fields, Person};
use crate::content::raw_post::RawPost;
use crate::content::{address, html};
use crate::sources::client::{Answer, without_secrets};
use crate::sources::records;
use crate::sources::site_info::{SiteInfo, SourcePage};

/// A featured picture of this width, in pixels, fills the page even on screens with high pixel density.
const WIDE_ENOUGH: u64 = 1200;
/// WordPress's own bound for `srcset`.
const MAX_WIDTH: u64 = 2048;
/// How many pages the menu gets. The API does not show the site's menu. Like WordPress without a menu, the
/// site lists top-level pages, and the navbar has room for this many.
const MENU_PAGES: usize = 5;
/// Endings that themes write at the end of an excerpt.
const EXCERPT_ENDINGS: [&str; 3] = ["[…]", "[...]", "(more…)"];

/// Reads a post; `None` for one that is not public.
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
    let picture = embedded.and_then(picture);
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
        featured_image: picture.as_ref().and_then(featured_image),
        featured_image_widths: picture.as_ref().map(widths).unwrap_or_default(),
        published: date.as_deref().and_then(dates::parse),
        date_words: date,
        html: rendered(post, "content"),
        // A post has one category here. Its other categories become tags, which also lead to related
        // posts.
        tags: of("post_tag").into_iter().chain(categories).collect(),
        address: post.text(&["link"]),
        pinned: post.switch("sticky") == Some(true),
        ..RawPost::default()
    })
}

/// The site's name, description and icon.
pub(super) fn site_words(text: &str) -> SiteInfo {
    let root: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let root = Fields(&root);
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    let read = |name| words(&root.text(&[name]).unwrap_or_default(), &addresses);
    SiteInfo {
        title: read("name"),
        description: read("description"),
        icon: root
            .text(&["site_icon_url"])
            .and_then(|icon| address::image(&icon, &*addresses)),
        ..SiteInfo::default()
    }
}

/// The site's public pages, in the order of its menu.
pub(super) fn site_pages(mut answer: Answer) -> Vec<SourcePage> {
    let text = records::text(std::mem::take(&mut answer.body));
    let Ok(list) = records::list(&text, &[], &[]) else {
        return Vec::new();
    };
    let addresses: Arc<dyn Addresses> = Arc::new(without_secrets(&answer.url));
    let records = list.records.iter();
    let records = records.filter_map(|raw| records::record(raw).ok());
    let mut pages: Vec<SourcePage> = records
        .filter_map(|record| site_page(Fields(&record), &addresses))
        .collect();
    let in_menu = pages.iter_mut().filter(|page| page.menu_label.is_some());
    for page in in_menu.skip(MENU_PAGES) {
        page.menu_label = None;
    }
    pages
}

fn site_page(page: Fields<'_>, addresses: &Arc<dyn Addresses>) -> Option<SourcePage> {
    if !is_public(page) {
        return None;
    }
    let content = html::sanitise(&rendered(page, "content"), addresses).ok()?;
    let (updated, _) = page.date(&["modified_gmt"]);
    let title = words(&rendered(page, "title"), addresses)?;
    let is_top = page.text(&["parent"]).is_none_or(|parent| parent == "0");
    Some(SourcePage {
        menu_label: is_top.then(|| title.clone()),
        address: page.text(&["link"]),
        page: SitePage {
            slug: slug(page)?,
            title,
            description: excerpt(&rendered(page, "excerpt"), addresses),
            content_html: content.html,
            headings: content.headings,
            updated_at: updated.map(|updated| updated.at.to_string()),
        },
    })
}

/// Whether a post or page is published, and without a password.
fn is_public(post: Fields<'_>) -> bool {
    let is_protected = post
        .record("content")
        .is_some_and(|content| content.switch("protected") == Some(true));
    let status = post.text(&["status"]);
    !is_protected && status.is_none_or(|status| status == "publish")
}

/// The slug. WordPress percent-encodes letters outside of ASCII.
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

/// An excerpt without the link to the post. The theme's ending for a cut excerpt becomes `…`.
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

/// Categories and tags, from a list of lists: one for each taxonomy.
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

/// The authors. A deleted one is embedded as an error without a name, and left out.
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

/// A featured picture.
struct Picture {
    address: Option<String>,
    /// Width and height, if they are known.
    whole: Option<(u64, u64)>,
    sizes: Vec<Size>,
}

struct Size {
    width: u64,
    height: Option<u64>,
    address: String,
}

fn picture(embedded: Fields<'_>) -> Option<Picture> {
    let media = embedded.0.get("wp:featuredmedia")?.as_array()?;
    let media = Fields(media.first()?.as_object()?);
    let number = |of: Fields<'_>, name: &str| -> Option<u64> { of.text(&[name])?.parse().ok() };
    let details = media.record("media_details");
    let sizes = details.and_then(|details| details.record("sizes"));
    let sizes = sizes.into_iter().flat_map(|sizes| sizes.0.values());
    let size = |size: &Value| {
        let size = Fields(size.as_object()?);
        Some(Size {
            width: number(size, "width")?,
            height: number(size, "height"),
            address: size.text(&["source_url"])?,
        })
    };
    Some(Picture {
        address: media.text(&["source_url"]),
        whole: details.and_then(|whole| Some((number(whole, "width")?, number(whole, "height")?))),
        sizes: sizes.filter_map(size).collect(),
    })
}

/// The smallest size that is wide enough, else the original.
fn featured_image(picture: &Picture) -> Option<String> {
    let wide = picture
        .sizes
        .iter()
        .filter(|size| size.width >= WIDE_ENOUGH);
    let smallest = wide.min_by_key(|size| size.width);
    smallest
        .map(|size| size.address.clone())
        .or_else(|| picture.address.clone())
}

/// The sizes that show the whole picture, as WordPress chooses them for `srcset`. Other sizes are cropped
/// to another shape.
fn widths(picture: &Picture) -> Vec<(u32, String)> {
    let Some((whole_width, whole_height)) = picture.whole.filter(|(width, _)| *width > 0) else {
        return Vec::new();
    };
    let has_shape = |size: &&Size| {
        let area = size.width.saturating_mul(whole_height);
        let height = area.saturating_add(whole_width / 2) / whole_width;
        size.height.is_some_and(|own| own.abs_diff(height) <= 1)
    };
    let sizes = picture.sizes.iter().filter(|size| size.width <= MAX_WIDTH);
    sizes
        .filter(has_shape)
        .map(|size| (size.width as u32, size.address.clone()))
        .collect()
}
