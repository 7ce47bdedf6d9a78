//! Ways through the list of posts.

pub mod category_links;
pub mod page_numbers;
pub mod pagination;
