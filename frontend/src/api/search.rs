//! Requests for search results.

use shared::route::SearchQuery;
use shared::search::SearchPage;

use crate::api::get::Get;

/// The most posts that are suggested.
const SUGGESTED_POSTS: u32 = 5;

/// A page of results.
pub fn page(query: &SearchQuery) -> Get<SearchPage> {
    Get::new(query.api_path())
}

/// The best results for a text that the reader is typing.
pub fn suggestions(text: &str) -> Get<SearchPage> {
    let query = SearchQuery {
        per_page: SUGGESTED_POSTS,
        ..SearchQuery::new(text)
    };
    Get::new(query.api_path())
}
