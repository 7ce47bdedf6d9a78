//! Requests for the site itself.

use shared::paths::{SITE_REQUEST, page_request};
use shared::site::{Site, SitePage};

use crate::api::get::Get;

/// The site's name, words, menu and links.
pub fn show() -> Get<Site> {
    Get::new(SITE_REQUEST.to_owned())
}

/// One of the site's own pages.
pub fn page(slug: &str) -> Get<SitePage> {
    Get::new(page_request(slug))
}
