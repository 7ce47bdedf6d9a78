//! JSON Feed (version 1 and 1.1), read item by item. So one bad item costs no other, and each item's own
//! picture is read.

use serde_json::{Map, Value};
use url::Url;

use super::document::Item;
use super::ids;
use crate::content::dates;
use crate::content::fields::Fields;
use crate::content::raw_post::RawPost;
use crate::sources::SourceError;
use crate::sources::client::{Answer, without_secrets};
use crate::sources::json_api::no_list;
use crate::sources::records;
use crate::sources::walk::More;

const FEED_FIELDS: [&str; 5] = ["version", "home_page_url", "next_url", "author", "authors"];

/// Reads the items of a document, and where the feed continues.
///
/// # Errors
/// When the document is not a JSON Feed.
pub(super) fn read(mut answer: Answer) -> Result<(Vec<Item>, More), SourceError> {
    let text = records::text(std::mem::take(&mut answer.body));
    let list =
        records::list(&text, &["items"], &FEED_FIELDS).map_err(|error| no_list(error, &answer))?;
    let feed = Fields(&list.fields);
    let home = feed
        .text(&["home_page_url"])
        .and_then(|home| answer.url.join(&home).ok())
        .unwrap_or_else(|| without_secrets(&answer.url));
    let more = feed
        .text(&["next_url"])
        .and_then(|next| answer.url.join(&next).ok())
        .map_or(More::End, More::Next);
    let items = list.records.iter().map(|raw| match records::record(raw) {
        Ok(record) => item(&record, feed, &home),
        // An empty item, which is skipped later since it has no id.
        Err(_) => Item {
            post: RawPost::default(),
            base: home.clone(),
        },
    });
    Ok((items.collect(), more))
}

fn item(record: &Map<String, Value>, feed: Fields<'_>, home: &Url) -> Item {
    let item = Fields(record);
    let link = item
        .text(&["url", "external_url"])
        .and_then(|link| home.join(&link).ok());
    let plain = item
        .text(&["content_text"])
        .map(|text| super::document::to_html(&text, true));
    let html = item.text(&["content_html"]).or(plain).unwrap_or_default();
    let date = item.text(&["date_published", "date_modified"]);
    let mut labels = item.names(&["tags"]).into_iter();
    let mut authors = item.people(&["authors", "author"]);
    if authors.is_empty() {
        authors = feed.people(&["authors", "author"]);
    }
    let title = item
        .text(&["title"])
        .or_else(|| super::document::title_of(&html));
    let post = RawPost {
        id: ids::of_item(
            link.as_ref(),
            &item.text(&["id"]).unwrap_or_default(),
            title.as_deref(),
        ),
        title,
        summary: item.text(&["summary"]),
        category: labels.next(),
        authors,
        featured_image: item.text(&["image", "banner_image"]),
        published: date.as_deref().and_then(dates::parse),
        date_words: date,
        html,
        tags: labels.collect(),
        ..RawPost::default()
    };
    Item {
        post,
        base: link.unwrap_or_else(|| home.clone()),
    }
}
