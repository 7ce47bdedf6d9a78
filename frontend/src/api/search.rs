//! Requests for search results.

use shared::blog::DEFAULT_PER_PAGE;
use shared::route::SearchQuery;
use shared::search::SearchPage;

use crate::api::get::Get;

/// The most posts that are suggested.
const SUGGESTED_POSTS: u32 = 5;

/// A page of results.
pub fn page(query: &SearchQuery) -> Get<SearchPage> {
    Get::new(query.api_path(DEFAULT_PER_PAGE))
}

/// The best results for a text that the reader is typing.
pub fn suggestions(text: &str) -> Get<SearchPage> {
    Get::new(SearchQuery::new(text).api_path(SUGGESTED_POSTS))
}
