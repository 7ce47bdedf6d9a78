//! The site around the posts: the built app and its shell, heads of pages, feeds, the site's own
//! words, colours and pages.

pub mod accent;
mod asset_files;
pub mod assets;
mod colour;
pub mod error_page;
pub mod feeds;
pub mod first_answers;
pub mod head;
pub mod identity;
pub mod old_addresses;
pub mod own_page;
pub mod own_pages;
pub mod page_renderer;
pub mod picture;
pub mod profile;
pub mod redirects;
pub mod shell;
pub mod sitemap;
