//! Placeholders, failures, and notices about how current the content is.

pub mod failure_view;
pub mod freshness_notice;
pub mod not_found_view;
pub mod notice;
pub mod skeleton;
pub mod stale_notice;
