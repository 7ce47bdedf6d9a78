//! The site around the API: the app's shell and files, heads, feeds and error pages.

pub mod assets;
pub mod error_page;
pub mod feeds;
pub mod first_answers;
pub mod head;
pub mod page_renderer;
pub mod shell;
