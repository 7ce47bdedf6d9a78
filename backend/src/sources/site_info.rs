//! What an upstream says about the site itself, beside its posts.

use serde::{Deserialize, Serialize};

/// The upstream site's own words. Configured words win over these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteInfo {
    /// Plain text.
    pub title: Option<String>,
    /// Plain text.
    pub description: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// Pages that are no posts, such as an imprint, in the order of the upstream's menu.
    pub pages: Vec<SitePage>,
}

/// A page of the upstream site that is no post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SitePage {
    /// The last part of its address, without slashes.
    pub slug: String,
    /// Plain text, never blank.
    pub title: String,
    /// Plain text.
    pub description: String,
    /// Sanitised HTML.
    pub content_html: String,
    /// The headings of `content_html`.
    pub headings: Vec<shared::blog::BlogHeading>,
    /// RFC 3339.
    pub updated_at: Option<String>,
}
