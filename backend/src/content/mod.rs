//! What a post is, whatever its source.

pub mod post;
