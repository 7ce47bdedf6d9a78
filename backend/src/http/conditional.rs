//! A request's conditions, its range and the encodings that it accepts.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, header};
use hyper::body::Frame;
use jiff::Timestamp;

use crate::http::encoding::{Encoding, accepted};

/// The conditions, the range and the encodings of a request.
#[derive(Debug, Clone, Default)]
pub struct Preconditions {
    /// HEAD: the headers of the GET, without the body.
    pub is_head: bool,
    /// The lines of `If-None-Match`: the validators of the client's copies.
    has: Vec<HeaderValue>,
    /// `If-Modified-Since`: the date of the client's copy.
    has_since: Option<HeaderValue>,
    /// The encodings that the client reads, best first.
    pub encodings: [Option<Encoding>; 2],
    /// The range in bytes that a GET asks for.
    pub range: Option<HeaderValue>,
    /// The validator that a range depends on.
    if_range: Option<HeaderValue>,
}

impl Preconditions {
    /// Reads a request.
    pub fn of<B>(request: &Request<B>) -> Self {
        Self::of_head(request.method(), request.headers())
    }

    /// Reads the method and the headers of a request.
    pub fn of_head(method: &Method, headers: &HeaderMap) -> Self {
        let is_bytes = |range: &&HeaderValue| range.as_bytes().starts_with(b"bytes=");
        let range = headers.get(header::RANGE).filter(is_bytes);
        Self {
            is_head: *method == Method::HEAD,
            has: headers
                .get_all(header::IF_NONE_MATCH)
                .iter()
                .cloned()
                .collect(),
            has_since: headers.get(header::IF_MODIFIED_SINCE).cloned(),
            encodings: accepted(headers),
            range: range.filter(|_| *method == Method::GET).cloned(),
            if_range: headers.get(header::IF_RANGE).cloned(),
        }
    }

    /// Whether the client reads an encoding.
    pub fn reads(&self, encoding: Encoding) -> bool {
        self.encodings.contains(&Some(encoding))
    }

    /// Whether the client has the answer with this validator and these headers. `If-None-Match` is compared
    /// weakly, so that all encodings match (RFC 9110, section 13.1.2). Its lines are split at commas, which
    /// the server's own tags don't contain. Without it the date counts (section 13.1.3).
    pub(super) fn has_same(&self, tag: &HeaderValue, answer: &HeaderMap) -> bool {
        if let (true, Some(since)) = (self.has.is_empty(), &self.has_since) {
            let modified = answer.get(header::LAST_MODIFIED).and_then(moment);
            return modified.is_some_and(|modified| moment(since) >= Some(modified));
        }
        fn opaque(tag: &[u8]) -> &[u8] {
            tag.strip_prefix(b"W/").unwrap_or(tag)
        }
        let ours = opaque(tag.as_bytes());
        self.has.iter().any(|line| {
            let mut tags = line.as_bytes().split(|byte| *byte == b',');
            tags.any(|tag| {
                let tag = tag.trim_ascii();
                tag == b"*" || opaque(tag) == ours
            })
        })
    }

    /// The range to send from an answer with these headers. `If-Range` asks for the same strong
    /// validator, byte by byte (RFC 9110, section 13.1.5).
    pub(super) fn range_of(&self, answer: &HeaderMap) -> Option<&str> {
        let is_same = |condition: &HeaderValue| {
            answer.get(header::ETAG) == Some(condition) && !condition.as_bytes().starts_with(b"W/")
        };
        if !self.if_range.as_ref().is_none_or(is_same) {
            return None;
        }
        self.range.as_ref()?.to_str().ok()
    }
}

impl<S: Sync> FromRequestParts<S> for Preconditions {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of_head(&parts.method, &parts.headers))
    }
}

/// The moment of an HTTP date (RFC 9110, section 5.6.7).
fn moment(date: &HeaderValue) -> Option<Timestamp> {
    let date = jiff::fmt::rfc2822::parse(date.to_str().ok()?).ok()?;
    Some(date.timestamp())
}

/// Removes a `Range` in an unknown unit, or one that depends on an `If-Range`. A server may ignore any
/// range (RFC 9110, section 14.2).
pub fn ignore_unusable_range(request: &mut HeaderMap) {
    let is_conditional = request.remove(header::IF_RANGE).is_some();
    let is_in_bytes = request
        .get(header::RANGE)
        .is_some_and(|range| range.as_bytes().starts_with(b"bytes="));
    if is_conditional || !is_in_bytes {
        request.remove(header::RANGE);
    }
}

/// The body of an answer to HEAD, and of a 304. Unlike an empty body it reports no length, so that axum
/// writes no `Content-Length: 0` (RFC 9110, section 8.6).
pub struct NoBody;

impl HttpBody for NoBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        true
    }
}
