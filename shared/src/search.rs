//! Search: the matching posts and where they match.

use serde::{Deserialize, Serialize};

use crate::blog::BlogSummary;
use crate::page::Page;

/// The longest search text, in characters. The rest is ignored.
pub const MAX_QUERY_CHARS: usize = 200;

/// `GET /search`: one page of the matching posts, best first.
pub type SearchPage = Page<SearchHit>;

/// A post that matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchHit {
    /// The fields that lists show. On the wire they stand beside the one below.
    #[serde(flatten)]
    pub summary: BlogSummary,
    /// The fields that match, in order of weight.
    pub highlights: Vec<Highlight>,
}

/// A field that matches, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Highlight {
    /// Which field.
    pub field: SearchField,
    /// Plain text, never markup: the whole field, or an excerpt of the post's text.
    pub text: String,
    /// Where `text` matches: `[start, end)` in Unicode scalar values, in order, never overlapping.
    pub ranges: Vec<(u32, u32)>,
}

/// The fields that are searched, in order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SearchField {
    /// The title.
    Title,
    /// The subtitle.
    Subtitle,
    /// The summary.
    Summary,
    /// The post's text.
    Text,
}
