//! RSS and Atom documents, read by the `feed-rs` crate.

use std::collections::HashMap;
use std::sync::Arc;

use feed_rs::model::{Entry, Feed, Link, MediaObject, Text};
use feed_rs::parser;
use jiff::Timestamp;
use url::Url;

use super::ids;
use super::text::{count_elements, decode, mend};
use crate::content::address::{Addresses, SameSite};
use crate::content::dates::{self, Published};
use crate::content::fields::Person;
use crate::content::raw_post::RawPost;
use crate::content::{html, plain};
use crate::sources::client::{Answer, redacted, without_secrets};
use crate::sources::walk::{MAX_POSTS, More};
use crate::sources::{SourceError, media_type};

/// The most elements of a document: the parser takes up to 700 bytes for one.
const MAX_ELEMENTS: usize = 200_000;
/// The longest title that is made of an item's text, in characters.
const TITLE_LENGTH: usize = 60;

/// An item of a feed, and the address that its relative links are resolved against.
pub(super) struct Item {
    pub(super) post: RawPost,
    pub(super) base: Url,
}

/// Reads the items of a document, and where the feed continues.
///
/// # Errors
/// When the document is not a feed, or has too many elements.
pub(super) fn read(answer: &Answer) -> Result<(Vec<Item>, More), SourceError> {
    let text = decode(&answer.body, answer.content_type());
    let elements = count_elements(&text);
    if elements > MAX_ELEMENTS {
        return Err(SourceError::Unusable(format!(
            "the feed has more than {MAX_ELEMENTS} elements"
        )));
    }
    let feed = parse(&text).map_err(|error| {
        SourceError::Unusable(format!(
            "{} answered with {}, which is no feed: {error}",
            redacted(&answer.url),
            answer.content_type()
        ))
    })?;
    let home = home(&feed, &answer.url);
    let more = next_page(&feed, &answer.url);
    let mut items: Vec<Item> = feed
        .entries
        .into_iter()
        .take(MAX_POSTS + 1)
        .map(|entry| item(entry, &home))
        .collect();
    tell_apart(&mut items);
    Ok((items, more))
}

/// Parses a document. If it isn't well-formed XML, its usual faults are mended first.
fn parse(text: &str) -> Result<Feed, parser::ParseFeedError> {
    // A parser that has met an error can't be used again.
    let read = |text: &str| {
        let parser = parser::Builder::new()
            .sanitize_content(false)
            // Its own ids for items without one are random.
            .id_generator(|_, _, _| String::new())
            .build();
        parser.parse(text.as_bytes())
    };
    read(text).or_else(|error| read(&mend(text)).map_err(|_| error))
}

/// The address of the feed's site: its own link, else the feed's address.
fn home(feed: &Feed, address: &Url) -> Url {
    let own = feed.links.iter().find(|link| is_page(link));
    let own = own.and_then(|link| address.join(&link.href).ok());
    own.filter(|url| matches!(url.scheme(), "http" | "https"))
        .unwrap_or_else(|| without_secrets(address))
}

fn is_page(link: &Link) -> bool {
    let is_alternate = link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    is_alternate && link.target.is_none() && !link.href.is_empty()
}

/// The next page of a paged feed, or the previous archive of an archived one (RFC 5005).
fn next_page(feed: &Feed, address: &Url) -> More {
    let rel = |wanted: &str| {
        let link = feed
            .links
            .iter()
            .find(|link| link.rel.as_deref() == Some(wanted));
        link.and_then(|link| address.join(&link.href).ok())
    };
    rel("next")
        .or_else(|| rel("prev-archive"))
        .map_or(More::End, More::Next)
}

fn item(entry: Entry, home: &Url) -> Item {
    let link = entry
        .links
        .iter()
        .find(|link| is_page(link))
        .and_then(|link| home.join(&link.href).ok());
    let of_content = entry
        .content
        .as_ref()
        .and_then(|content| content.src.as_ref());
    let base = of_content
        .map(|src| src.href.as_str())
        .or(entry.base.as_deref())
        .and_then(|base| link.as_ref().unwrap_or(home).join(base).ok())
        .or_else(|| link.clone())
        .unwrap_or_else(|| home.clone());
    let summary = entry.summary.as_ref().map(html_of);
    let body = entry.content.as_ref().and_then(|content| {
        let is_plain = content.content_type.essence().to_string() == "text/plain";
        content.body.as_ref().map(|body| to_html(body, is_plain))
    });
    let (html, summary) = match body.filter(|body| !body.trim().is_empty()) {
        Some(body) => (body, summary),
        None => (summary.unwrap_or_default(), None),
    };
    let title = entry.title.as_ref().map(text_of);
    let title = title
        .filter(|title| !title.trim().is_empty())
        .or_else(|| title_of(&html));
    let mut labels = entry.categories.iter().map(|category| {
        let label = category.label.clone().filter(|label| !label.is_empty());
        label.unwrap_or_else(|| category.term.clone())
    });
    let date = entry.published.or(entry.updated);
    let post = RawPost {
        id: ids::of_item(link.as_ref(), &entry.id, title.as_deref()),
        title,
        summary: summary.map(|summary| plain_text(&summary)),
        category: labels.next(),
        authors: people(&entry),
        featured_image: picture(&entry.media, &entry.links),
        published: date.and_then(|date| published(date.timestamp())),
        html,
        tags: labels.collect(),
        ..RawPost::default()
    };
    Item { post, base }
}

fn published(seconds: i64) -> Option<Published> {
    dates::parse(&Timestamp::from_second(seconds).ok()?.to_string())
}

/// Makes ids unique: items that share one get the words of their titles added.
fn tell_apart(items: &mut [Item]) {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for item in items.iter() {
        *uses
            .entry(item.post.id.clone().unwrap_or_default())
            .or_default() += 1;
    }
    for item in items {
        let id = item.post.id.clone().unwrap_or_default();
        if uses.get(&id).is_some_and(|uses| *uses > 1) {
            let words = ids::of_words(item.post.title.as_deref().unwrap_or_default());
            item.post.id = Some(format!("{id}-{words}"));
        }
    }
}

fn html_of(text: &Text) -> String {
    to_html(&text.content, is_plain(text))
}

fn is_plain(text: &Text) -> bool {
    text.content_type.essence().to_string() == "text/plain" && !has_tags(&text.content)
}

/// RSS does not say whether a text is HTML.
fn has_tags(text: &str) -> bool {
    let mut starts = text.match_indices('<');
    starts.any(|(at, _)| text[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'))
}

/// Makes HTML of plain text, with its paragraphs. HTML stays as it is.
pub(super) fn to_html(text: &str, is_plain: bool) -> String {
    if !is_plain {
        return text.to_owned();
    }
    let text = text.replace("\r\n", "\n");
    let paragraphs = text.split("\n\n").filter(|part| !part.trim().is_empty());
    paragraphs
        .map(|part| format!("<p>{}</p>", escaped(part.trim())))
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The words of a title or a summary, which may be HTML.
fn text_of(text: &Text) -> String {
    let content = &text.content;
    if is_plain(text) && !content.contains('&') {
        return content.clone();
    }
    plain_text(content)
}

fn plain_text(html: &str) -> String {
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    html::sanitise(html, &addresses)
        .map(|safe| safe.text)
        .unwrap_or_default()
}

/// A title from the beginning of the text, since an item of RSS needs no title (RSS 2.0, "Elements of
/// item").
pub(super) fn title_of(html: &str) -> Option<String> {
    let text = plain::one_line(&plain_text(html))?;
    let Some((end, _)) = text.char_indices().nth(TITLE_LENGTH) else {
        return Some(text);
    };
    let cut = text[..end].rfind(' ').unwrap_or(end);
    Some(format!("{}…", &text[..cut]))
}

fn people(entry: &Entry) -> Vec<Person> {
    let names = entry
        .authors
        .iter()
        .filter_map(|author| author.name.clone());
    let mut people: Vec<Person> = Vec::new();
    for name in names.filter(|name| !name.trim().is_empty()) {
        if people
            .iter()
            .all(|known| known.name.as_ref() != Some(&name))
        {
            people.push(Person::named(name));
        }
    }
    people
}

/// A picture among the enclosures, `media:content` and thumbnails, or among the links.
fn picture(media: &[MediaObject], links: &[Link]) -> Option<String> {
    let contents = media.iter().flat_map(|object| &object.content);
    let pictures = contents.filter(|content| match (&content.content_type, &content.url) {
        (Some(kind), _) => kind.ty().as_str() == "image",
        (None, Some(url)) => media_type(url.path()).is_some(),
        (None, None) => false,
    });
    let mut pictures = pictures.filter_map(|content| Some(content.url.as_ref()?.to_string()));
    let thumbnails = media.iter().flat_map(|object| &object.thumbnails);
    let enclosures = links.iter().filter(|link| {
        let kind = link.media_type.as_deref().unwrap_or_default();
        link.rel.as_deref() == Some("enclosure") && kind.starts_with("image/")
    });
    pictures
        .next()
        .or_else(|| {
            thumbnails
                .map(|thumbnail| thumbnail.image.uri.clone())
                .next()
        })
        .or_else(|| enclosures.map(|link| link.href.clone()).next())
}
