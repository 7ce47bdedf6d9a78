//! A post as the server keeps it.

use jiff::Timestamp;
use shared::blog::Author;

/// A post as every source delivers it: complete, with the defaults filled in and the HTML safe.
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// Unique within its source.
    pub id: String,
    /// Plain text, never blank.
    pub title: String,
    /// Plain text.
    pub subtitle: Option<String>,
    /// Plain text: the source's own summary, else the beginning of the text.
    pub summary: String,
    /// Plain text; `General` where the source has none.
    pub category: String,
    /// `Admin` where the source names nobody.
    pub author: Author,
    /// An `https:`, `http:` or site-relative address.
    pub featured_image: Option<String>,
    /// When it was published, if the source says so in a shape that can be read.
    pub published_at: Option<Timestamp>,
    /// The date for people; the source's own words when they can't be read; may be empty.
    pub published_label: String,
    /// At 200 words a minute, at least 1.
    pub reading_minutes: u32,
    /// Sanitised HTML; may be empty.
    pub content_html: String,
    /// The text of `content_html` without markup, for search.
    pub content_text: String,
    /// Plain text, in the source's order.
    pub tags: Vec<String>,
}
