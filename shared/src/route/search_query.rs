//! The query of a search's address.

use super::{page_suffix, query_pairs};
use crate::paths::{API_BASE, encode_segment};

/// A page of the results for a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// The text, trimmed. It may be empty.
    pub text: String,
    /// The page, from 1. An invalid number reads as 1.
    pub page: u32,
}

impl SearchQuery {
    /// The first page of results for a text.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.trim().to_owned(),
            page: 1,
        }
    }

    /// Another page for the same text.
    pub fn with_page(&self, page: u32) -> Self {
        Self {
            text: self.text.clone(),
            page,
        }
    }

    /// The path and query of the API request, with `per_page` posts a page.
    pub fn api_path(&self, per_page: u32) -> String {
        let (text, page) = (encode_segment(&self.text), self.page);
        format!("{API_BASE}/search?q={text}&page={page}&per_page={per_page}")
    }

    /// Reads the query of an address. The first of several `q` counts, as in the API.
    pub(super) fn parse(query: &str) -> Self {
        let (mut text, mut page) = (None, 1);
        for (name, value) in query_pairs(query) {
            match name {
                "q" => text = text.or(Some(value)),
                "page" => page = value.parse().unwrap_or(1).max(1),
                _ => {}
            }
        }
        Self::new(&text.unwrap_or_default()).with_page(page)
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
