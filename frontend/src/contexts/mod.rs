//! What all pages share: the API client, the scroll positions and the current day.

pub mod client;
pub mod scroll_positions;
pub mod today;
