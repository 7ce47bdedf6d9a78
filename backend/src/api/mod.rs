//! The API: extractors, envelopes and its description.

pub mod body_fields;
pub mod envelope;
pub mod extract;
pub mod openapi;
