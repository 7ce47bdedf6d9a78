//! Blogs: summaries for lists, whole posts, pages and categories.

use serde::{Deserialize, Serialize};

use crate::page::Page;

/// The author of a post whose source names none.
pub const DEFAULT_AUTHOR: &str = "Admin";
/// The category of a post whose source names none.
pub const DEFAULT_CATEGORY: &str = "General";
/// Posts on a page, for a request without `per_page`.
pub const DEFAULT_PER_PAGE: u32 = 6;
/// The width of a card's picture, as a value of HTML's `sizes`.
pub const CARD_SIZES: &str = "(min-width:40rem) 40rem,100vw";
/// The width of a post's cover, as a value of `sizes`.
pub const COVER_SIZES: &str = "(min-width:60rem) 60rem,100vw";
/// The most posts on one page.
pub const MAX_PER_PAGE: u32 = 50;

/// A post as lists show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlogSummary {
    /// Unique within the source.
    pub id: String,
    /// Plain text.
    pub title: String,
    /// Plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Plain text: the source's own summary, else the beginning of the post.
    pub summary: String,
    /// Plain text; "General" where the source has none.
    pub category: String,
    /// Name and picture of the author.
    pub author: Author,
    /// An `https:`, `http:` or site-relative address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub featured_image: Option<String>,
    /// The same picture in other widths, as a value of HTML's `srcset`. Absent where the source has
    /// one size.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub featured_image_srcset: Option<String>,
    /// RFC 3339, UTC; absent when the source has no date, or one that can't be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// The date for people, in the site's language. A date that can't be read stays as the source
    /// has it. May be empty.
    pub published_label: String,
    /// At 200 words a minute, or 450 Chinese characters or kana, or 1,000 letters of Thai, Lao, Khmer
    /// and Burmese; at least 1.
    pub reading_minutes: u32,
    /// The post's address on the site, relative to its root.
    pub url: String,
    /// Why the post is not public: `Draft`, `Scheduled for 5 March 2027`, `Expired` or `Error`. Only a
    /// preview (`--preview`) shows such posts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
}

/// The author of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Author {
    /// Plain text; "Admin" where the source names no author.
    pub name: String,
    /// An `https:`, `http:` or site-relative address of a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
}

/// A whole post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Blog {
    /// The fields that lists show too. On the wire they stand beside the ones below.
    #[serde(flatten)]
    pub summary: BlogSummary,
    /// Sanitised HTML, safe to put into a page as it is; may be empty.
    pub content_html: String,
    /// The headings of the text, in its order.
    pub headings: Vec<BlogHeading>,
    /// Plain text, in the source's order, as `?tag=` takes them.
    pub tags: Vec<String>,
    /// The next newer post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<BlogLink>,
    /// The next older post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<BlogLink>,
    /// Up to three posts that share the most tags or the category with it.
    pub related: Vec<BlogSummary>,
}

/// A heading of a post's text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlogHeading {
    /// Its id in `content_html`, to link to; unique within the post.
    pub id: String,
    /// Plain text, never empty.
    pub text: String,
    /// From 2 to 6: the post's title is the heading of the first level.
    pub level: u8,
}

/// A neighbour of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BlogLink {
    /// Unique within the source.
    pub id: String,
    /// Plain text.
    pub title: String,
    /// The post's address on the site, relative to its root.
    pub url: String,
}

/// A page of the list of posts, newest first.
pub type BlogPage = Page<BlogSummary>;

/// `GET /categories`, most used first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryList {
    /// Most used first, equals by name.
    pub items: Vec<CategoryCount>,
}

/// A category and how many posts it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CategoryCount {
    /// Plain text, as `?category=` takes it.
    pub name: String,
    /// Posts in it.
    pub count: u32,
}
