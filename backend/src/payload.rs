//! What a response under `/api` has to say, before it is in its envelope.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::value::RawValue;

/// Travels as an extension of the response, from whoever made it to the envelope.
#[derive(Debug, Clone)]
pub enum Payload {
    /// JSON for the envelope's `data`.
    Data(Arc<RawValue>),
    /// What the envelope's `error` is made of.
    Error(Fault),
    /// The response is a document of its own, such as the API's description: no envelope.
    Document,
}

/// The parts of a problem object that an error knows; the envelope adds the rest.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The response's status.
    pub status: StatusCode,
    /// One of [`shared::problem::code`].
    pub code: &'static str,
    /// One sentence for people.
    pub detail: String,
    /// Only on 422.
    pub fields: Option<BTreeMap<String, Vec<String>>>,
}
