//! What all pages share: the API client and the scroll positions.

pub mod client;
pub mod scroll_positions;
