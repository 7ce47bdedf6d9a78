//! Values that all pages share: the API client, the address, the site, the scroll positions, the current
//! day, and the flashes and text of the first page.

pub mod client;
pub mod first_page;
pub mod navigation;
pub mod scroll_positions;
pub mod site;
pub mod today;
