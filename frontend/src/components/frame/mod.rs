//! The frame around every page.

pub mod back_to_top;
pub mod footer;
pub mod navbar;
pub mod shortcut_help;
pub mod theme_toggle;
pub mod wordmark;
