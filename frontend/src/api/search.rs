//! Requests for search results.

use shared::blog::DEFAULT_PER_PAGE;
use shared::route::SearchQuery;
use shared::search::SearchPage;

use crate::api::client::Get;

/// Posts that are suggested at most.
const SUGGESTED_POSTS: u32 = 5;

/// A page of results.
#[must_use]
pub fn page(query: &SearchQuery) -> Get<SearchPage> {
    Get::new(query.api_path(DEFAULT_PER_PAGE))
}

/// The best few results, for a text that is still being typed.
#[must_use]
pub fn suggestions(text: &str) -> Get<SearchPage> {
    Get::new(SearchQuery::new(text).api_path(SUGGESTED_POSTS))
}
