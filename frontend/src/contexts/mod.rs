//! What all pages share: the API client, the address, the site, the scroll positions, the current day,
//! and what the first page starts with.

pub mod client;
pub mod first_page;
pub mod navigation;
pub mod scroll_positions;
pub mod site;
pub mod today;
