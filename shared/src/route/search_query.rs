//! What the address of a search says.

use super::query_pairs;
use crate::paths::{API_BASE, encode_segment};

/// Which results an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchQuery {
    /// What is searched for, trimmed. Blank, there is nothing to search for.
    pub text: String,
    /// From 1; anything that is no such number reads as 1.
    pub page: u32,
}

impl SearchQuery {
    /// The first results for a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            text: text.trim().to_owned(),
            page: 1,
        }
    }

    /// Another page of the same results.
    #[must_use]
    pub fn with_page(&self, page: u32) -> Self {
        Self {
            text: self.text.clone(),
            page,
        }
    }

    /// The API's address of these results, `per_page` posts a page.
    #[must_use]
    pub fn api_path(&self, per_page: u32) -> String {
        let (text, page) = (encode_segment(&self.text), self.page);
        format!("{API_BASE}/search?q={text}&page={page}&per_page={per_page}")
    }

    /// Of a repeated `q` the first one counts, as it does in the API.
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

    pub(super) fn href(&self) -> String {
        let text = encode_segment(&self.text);
        match self.page {
            1 => format!("/search?q={text}"),
            page => format!("/search?q={text}&page={page}"),
        }
    }
}
