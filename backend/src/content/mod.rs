//! Posts from any source, and their content.
//!
//! Modules are listed in import order: each uses only those above it.

pub mod language;
pub mod plain;

pub mod old_address;

mod words;

pub mod address;
pub mod dates;

pub mod date_words;
pub mod fields;
pub mod mark;

mod markup;

pub mod html;
pub mod post;

pub mod raw_post;

pub mod record;

pub mod front_matter;
pub mod markdown;

pub mod search;
pub mod snapshot;
