//! Items of a JSON list as posts, field by field.

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use url::Url;

use crate::content::address::Addresses;
use crate::content::dates;
use crate::content::fields::Fields;
use crate::content::html;
use crate::content::post::{NotAPost, Post, RawPost};

/// Where an item may hold its text, as HTML.
const TEXT_FIELDS: [&str; 4] = ["main_content", "content", "body", "description"];

/// What was read of a list.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) posts: Vec<Post>,
    pub(super) skipped: Vec<SkippedItem>,
}

/// An item that is no post.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SkippedItem {
    /// From 0, over all pages.
    pub(super) index: usize,
    pub(super) reason: String,
}

/// Reads all items. Relative addresses are resolved against `base`. `None` when `deadline` passes.
pub(super) fn read(items: Vec<Value>, base: &Url, deadline: Instant) -> Option<Items> {
    let addresses: Arc<dyn Addresses> = Arc::new(without_secrets(base));
    let mut reading = Items::default();
    for (index, item) in items.iter().enumerate() {
        if Instant::now() >= deadline {
            return None;
        }
        let post = match item {
            Value::Object(object) => raw_post(Fields(object), &addresses)
                .finish(&addresses)
                .map_err(|e: NotAPost| e.to_string()),
            _ => Err("it is no object".to_owned()),
        };
        match post {
            Ok(post) => reading.posts.push(post),
            Err(reason) => reading.skipped.push(SkippedItem { index, reason }),
        }
    }
    Some(reading)
}

/// Pages show addresses that are resolved against this one, so it must hold no secrets.
fn without_secrets(base: &Url) -> Url {
    let mut base = base.clone();
    // Both calls fail only for an address without a host.
    let _ = base.set_username("");
    let _ = base.set_password(None);
    base.set_query(None);
    base.set_fragment(None);
    base
}

fn raw_post(fields: Fields<'_>, addresses: &Arc<dyn Addresses>) -> RawPost {
    let text_field = TEXT_FIELDS
        .into_iter()
        .find(|field| fields.text(&[field]).is_some());
    // A `description` beside a text field is a summary.
    let description = fields
        .text(&["description"])
        .filter(|_| text_field != Some("description"))
        .and_then(|html| html::sanitise(&html, addresses).ok())
        .map(|description| description.text);
    let date = fields.text(&["created_at", "published_at", "date"]);
    let mut authors = fields.people(&["user"]);
    if authors.iter().all(|author| author.name.is_none()) {
        authors.extend(fields.people(&["author", "authors"]));
    }
    RawPost {
        id: fields.text(&["id", "slug"]),
        title: fields.text(&["title"]),
        subtitle: fields.text(&["subtitle"]),
        summary: fields.text(&["summary"]).or(description),
        category: fields.name(&["category"]),
        authors,
        featured_image: fields.address(&["featured_image", "image", "cover_image"]),
        published: date.as_deref().and_then(dates::parse),
        date_words: date,
        html: text_field
            .and_then(|field| fields.text(&[field]))
            .map(paragraphs)
            .unwrap_or_default(),
        tags: fields.names(&["tags"]),
    }
}

/// Makes paragraphs of plain text: HTML would lose its blank lines.
fn paragraphs(text: String) -> String {
    if text.contains('<') || !text.contains('\n') {
        return text;
    }
    let unified = text.replace("\r\n", "\n");
    unified
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
        .map(|paragraph| format!("<p>{}</p>", paragraph.trim()))
        .collect()
}

#[cfg(test)]
mod tests;
