//! FlashBlog's server.
//!
//! Modules are listed in import order: each uses only those above it.

pub mod content;
pub mod sources;
