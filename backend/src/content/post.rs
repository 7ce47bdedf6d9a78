//! A post as the server keeps it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::blog::{Author, BlogHeading};

use super::mark::Mark;
use super::old_address::OldAddress;

/// A post as every source delivers it: complete, with the defaults filled in and the HTML safe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// `Admin` where the source names no author.
    pub author: Author,
    /// An `https:`, `http:` or site-relative address.
    pub featured_image: Option<String>,
    /// The same picture in other widths, as HTML's `srcset` takes them.
    pub featured_image_srcset: Option<String>,
    /// When it was published, if the source has a date that can be parsed.
    pub published_at: Option<Timestamp>,
    /// The date as people read it; the source's own text when it can't be parsed; may be empty.
    pub published_label: String,
    /// At 200 words a minute, at least 1.
    pub reading_minutes: u32,
    /// Sanitised HTML; may be empty.
    pub content_html: String,
    /// The text of `content_html` without markup, for search.
    pub content_text: String,
    /// The headings of `content_html`, in its order.
    pub headings: Vec<BlogHeading>,
    /// Plain text, in the source's order.
    pub tags: Vec<String>,
    /// Old addresses that redirect to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old_addresses: Vec<OldAddress>,
    /// It can be opened by its address and is in no list, feed or search.
    pub unlisted: bool,
    /// Its source shows it before all others.
    pub pinned: bool,
    /// Why it is not public, in a preview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}
