//! Requests for categories.

use shared::blog::CategoryList;
use shared::paths::API_BASE;

use crate::api::get::Get;

/// All categories, most used first.
pub fn list() -> Get<CategoryList> {
    Get::new(format!("{API_BASE}/categories"))
}
