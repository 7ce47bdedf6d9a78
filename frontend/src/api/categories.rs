//! Requests for categories.

use shared::blog::CategoryList;
use shared::paths::API_BASE;

use crate::api::client::Get;

/// All categories, most used first.
#[must_use]
pub fn list() -> Get<CategoryList> {
    Get::new(format!("{API_BASE}/categories"))
}
