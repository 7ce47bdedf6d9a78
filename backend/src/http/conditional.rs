//! What a request says about the answer that it wants: a validator that it has, a range, encodings.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Bytes, HttpBody};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Request, header};
use headers::{HeaderMapExt, IfNoneMatch};
use hyper::body::Frame;

use crate::http::answer::Encoding;

/// The conditions, the range and the encodings of a request.
#[derive(Debug, Clone, Default)]
pub struct Preconditions {
    /// HEAD: the headers of the GET, without the body.
    pub is_head: bool,
    /// The validators of what the client has.
    pub has: Option<IfNoneMatch>,
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

    fn of_head(method: &Method, headers: &HeaderMap) -> Self {
        let is_bytes = |range: &&HeaderValue| range.as_bytes().starts_with(b"bytes=");
        let range = headers.get(header::RANGE).filter(is_bytes);
        Self {
            is_head: *method == Method::HEAD,
            has: has_plain_tags(headers)
                .then(|| headers.typed_get())
                .flatten(),
            encodings: encodings(headers),
            range: range.filter(|_| *method == Method::GET).cloned(),
            if_range: headers.get(header::IF_RANGE).cloned(),
        }
    }

    /// Whether the client reads an encoding.
    pub fn reads(&self, encoding: Encoding) -> bool {
        self.encodings.contains(&Some(encoding))
    }

    /// The range that holds for an answer with these headers. `If-Range` asks for the same strong
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

/// Whether no tag in `If-None-Match` contains a space. RFC 9110, section 8.8.3, allows none there, and
/// `headers` asserts it in debug builds.
fn has_plain_tags(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::IF_NONE_MATCH).iter();
    lines.all(|line| {
        let mut parts = line.as_bytes().split(|byte| *byte == b'"');
        parts.next();
        let mut is_tag = false;
        parts.all(|part| {
            is_tag = !is_tag;
            !is_tag || !part.iter().any(u8::is_ascii_whitespace)
        })
    })
}

/// Brotli and gzip where the client says that it reads them, by name or as one of all, best first.
fn encodings(headers: &HeaderMap) -> [Option<Encoding>; 2] {
    let (mut gzip, mut brotli, mut all) = (None, None, 0.0);
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    for coding in lines
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=");
        let weight = match weight {
            "1" => 1.0,
            weight => weight.parse::<f32>().unwrap_or_default(),
        };
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") => gzip = Some(weight),
            name if name.eq_ignore_ascii_case("br") => brotli = Some(weight),
            "*" => all = weight,
            _ => {}
        }
    }
    let (gzip, brotli) = (gzip.unwrap_or(all), brotli.unwrap_or(all));
    let reads = |encoding, weight: f32| (weight > 0.0).then_some(encoding);
    let (gzip_read, brotli_read) = (reads(Encoding::Gzip, gzip), reads(Encoding::Brotli, brotli));
    if gzip > brotli {
        [gzip_read, brotli_read]
    } else {
        [brotli_read, gzip_read]
    }
}

/// Removes a `Range` that the server may ignore (RFC 9110, section 14.2): in an unknown unit, or one
/// that depends on an `If-Range`.
pub fn ignore_unusable_range(request: &mut HeaderMap) {
    let is_conditional = request.remove(header::IF_RANGE).is_some();
    let is_in_bytes = request
        .get(header::RANGE)
        .is_some_and(|range| range.as_bytes().starts_with(b"bytes="));
    if is_conditional || !is_in_bytes {
        request.remove(header::RANGE);
    }
}

/// The body of an answer to HEAD, and of a 304. Unlike an empty body it says nothing about its length,
/// so that axum writes no `Content-Length: 0` (RFC 9110, section 8.6).
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_that_a_client_says_it_reads_best_first() {
        use Encoding::{Brotli, Gzip};
        for (accepts, reads) in [
            ("gzip, deflate, br, zstd", &[Brotli, Gzip] as &[_]),
            ("br, GZIP;q=0.5", &[Brotli, Gzip]),
            ("br;q=0.1, gzip", &[Gzip, Brotli]),
            ("*", &[Brotli, Gzip]),
            ("gzip; q=1.0", &[Gzip]),
            ("*;q=0, gzip", &[Gzip]),
            ("gzip;q=0, *", &[Brotli]),
            ("gzip;q=0.000", &[]),
            ("gzip;q=nonsense", &[]),
            ("br", &[Brotli]),
            ("identity", &[]),
            ("", &[]),
        ] {
            let mut request = HeaderMap::new();
            request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepts));
            let found: Vec<Encoding> = encodings(&request).into_iter().flatten().collect();
            assert_eq!(found, reads, "{accepts}");
        }
        assert_eq!(encodings(&HeaderMap::new()), [None, None]);
    }
}
