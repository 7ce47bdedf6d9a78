//! Links through the list of posts: categories and pages.

pub mod category_links;
pub mod page_numbers;
pub mod pagination;
