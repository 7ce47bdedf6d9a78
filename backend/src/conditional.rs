//! Conditional requests (RFC 9110, section 13) for bodies that are written per request: a client
//! that has the same bytes already is told so.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use headers::{ETag, HeaderMapExt, IfNoneMatch};

/// What a request says that the client has already.
#[must_use]
pub fn condition(request: &HeaderMap) -> Option<IfNoneMatch> {
    request.typed_get()
}

/// Gives a 200 its strong validator, and turns it into a 304 for a client that has it already.
///
/// `body` is what the response holds.
pub fn validate(response: &mut Response, condition: Option<&IfNoneMatch>, body: &[u8]) {
    let hash = digest(&SHA256, body);
    let Some(head) = hash.as_ref().first_chunk() else {
        return;
    };
    // 96 of its bits, written at once: this is done for every list and post.
    let tag = u128::from_be_bytes(*head) >> 32;
    let Ok(tag) = format!("\"{tag:024x}\"").parse::<ETag>() else {
        return;
    };
    let is_current = condition.is_some_and(|condition| !condition.precondition_passes(&tag));
    response.headers_mut().typed_insert(tag);
    if is_current {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        // RFC 9110, section 15.4.5: a 304 says nothing about a body that it does not have.
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            response.headers_mut().remove(name);
        }
    }
}

/// Adds names to the request fields that the response depends on.
pub fn vary_on(response: &mut Response, names: &'static str) {
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static(names));
}
