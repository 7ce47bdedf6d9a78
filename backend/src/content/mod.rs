//! What a post is, whatever its source.
//!
//! Modules are listed in import order: each uses only those above it.

pub mod plain;

pub mod address;
pub mod dates;
pub mod fields;
pub mod front_matter;

mod markup;

pub mod html;
pub mod markdown;
pub mod post;

mod words;

pub mod search;
pub mod snapshot;
