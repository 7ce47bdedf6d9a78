//! The query of a search, in the site's addresses and in the API.

#[cfg(feature = "openapi")]
use super::query_pairs::schema;
use super::{QueryPairs, page_suffix};
use crate::blog::DEFAULT_PER_PAGE;
use crate::paths::{API_BASE, encode_segment};

/// A page of the results for a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct SearchQuery {
    /// Words. A post must contain them all. A typo in a word is forgiven, and diacritics are ignored.
    #[cfg_attr(
        feature = "openapi",
        param(rename = "q", pattern = r"[^\s]", example = "session cookie")
    )]
    pub text: String,
    /// The page's number.
    #[cfg_attr(feature = "openapi", param(schema_with = schema::page, required = false, example = 1))]
    pub page: u32,
    /// The page's size. The site's addresses have none.
    #[cfg_attr(feature = "openapi", param(schema_with = schema::per_page, required = false, example = 6))]
    pub per_page: u32,
}

impl SearchQuery {
    /// The first page of results for a text.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.trim().to_owned(),
            page: 1,
            per_page: DEFAULT_PER_PAGE,
        }
    }

    /// Another page for the same text.
    pub fn with_page(&self, page: u32) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    /// The path and query of the API request.
    pub fn api_path(&self) -> String {
        let text = encode_segment(&self.text);
        let (page, per_page) = (self.page, self.per_page);
        format!("{API_BASE}/search?q={text}&page={page}&per_page={per_page}")
    }

    /// Reads a query. Of a repeated name the first value counts.
    pub fn parse(query: &str) -> Self {
        let pairs = QueryPairs::parse(query);
        Self {
            text: pairs.first("q").unwrap_or_default().to_owned(),
            page: pairs.page(),
            per_page: pairs.per_page(),
        }
    }

    /// The address, relative to the site's root.
    pub(super) fn href(&self) -> String {
        let text = encode_segment(&self.text);
        match self.page {
            1 => format!("/search?q={text}"),
            page => format!("/search?q={text}&page={page}"),
        }
    }

    pub(super) fn title(&self) -> String {
        format!("Search: {}{}", self.text, page_suffix(self.page))
    }
}
