//! Search: the matching posts and where they match.

use serde::{Deserialize, Serialize};

use crate::blog::BlogSummary;
use crate::page::Page;

/// The longest text that is searched for, in characters; what follows is left out.
pub const MAX_QUERY_CHARS: usize = 200;

/// `GET /search`: one page of the matching posts, best first.
pub type SearchPage = Page<SearchHit>;

/// A post that matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchHit {
    /// What lists show of it; its fields stand beside the ones below on the wire.
    #[serde(flatten)]
    pub summary: BlogSummary,
    /// Each field that matches, weightiest first.
    pub highlights: Vec<Highlight>,
}

/// A field that matches, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Highlight {
    /// Which field.
    pub field: SearchField,
    /// Plain text, never markup: the whole field, or for the post's text an excerpt.
    pub text: String,
    /// Where `text` matches: `[start, end)` in Unicode scalar values, in order, never overlapping.
    pub ranges: Vec<(u32, u32)>,
}

/// What is searched, weightiest first.
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
