//! Validators (RFC 9110, section 13) and gzip (section 12.5.3) of bodies in memory.

use std::io::Write;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use headers::{ETag, HeaderMapExt, IfNoneMatch};

/// A smaller body fits into one packet as it is.
const MIN_COMPRESSED_BYTES: usize = 1024;
/// From 1 to 9. A higher level takes twice the time to save a few percent.
const LEVEL: u32 = 3;

/// The validator and the encodings that a request names.
#[derive(Debug, Clone, Default)]
pub struct Preconditions {
    has: Option<IfNoneMatch>,
    reads_gzip: bool,
}

impl Preconditions {
    /// Reads a request's headers.
    #[must_use]
    pub fn of(request: &HeaderMap) -> Self {
        Self {
            has: request.typed_get(),
            reads_gzip: reads_gzip(request),
        }
    }

    /// The same, without compression.
    #[must_use]
    pub fn uncompressed(self) -> Self {
        Self {
            reads_gzip: false,
            ..self
        }
    }

    /// Whether the client reads gzip.
    #[must_use]
    pub fn accept_gzip(&self) -> bool {
        self.reads_gzip
    }

    fn compresses(&self, body: &[u8]) -> bool {
        self.reads_gzip && body.len() >= MIN_COMPRESSED_BYTES
    }
}

/// Gives a 200 its validator. For a client that has the same `body` it becomes a 304.
///
/// The validator of a body that will be [compressed](compress) is weak, since its encodings differ
/// in their bytes (RFC 9110, section 8.8.3.3).
pub fn apply_etag(response: &mut Response, preconditions: &Preconditions, body: &[u8]) {
    let Some(tag) = entity_tag(body, preconditions.compresses(body)) else {
        return;
    };
    let is_current = preconditions
        .has
        .as_ref()
        .is_some_and(|has| !has.precondition_passes(&tag));
    response.headers_mut().typed_insert(tag);
    if is_current {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        // RFC 9110, section 15.4.5: a 304 has no headers about a body.
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            response.headers_mut().remove(name);
        }
    }
}

fn entity_tag(body: &[u8], is_weak: bool) -> Option<ETag> {
    let hash = digest(&SHA256, body);
    // 96 bits are enough to tell bodies apart, and short to write.
    let tag = u128::from_be_bytes(*hash.as_ref().first_chunk()?) >> 32;
    let weak = if is_weak { "W/" } else { "" };
    format!("{weak}\"{tag:024x}\"").parse().ok()
}

/// Compresses the `body` of a 200 for a client that reads gzip. The caller adds the
/// [`Vary`](vary_on).
///
/// No compressed body holds a secret (BREACH): tokens are in cookies, and in 201s to clients
/// without cookies.
pub fn compress(response: &mut Response, preconditions: &Preconditions, body: &[u8]) {
    if response.status() != StatusCode::OK || !preconditions.compresses(body) {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::new(LEVEL));
    // Without success the body stays uncompressed.
    let Ok(small) = encoder.write_all(body).and_then(|()| encoder.finish()) else {
        return;
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(small.len()));
    *response.body_mut() = Body::from(small);
}

/// Whether a client reads gzip: by name, or by `*`.
fn reads_gzip(request: &HeaderMap) -> bool {
    let mut all = false;
    for coding in request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse::<f32>();
        let is_welcome = weight.is_ok_and(|weight| weight > 0.0);
        match name.trim() {
            name if name.eq_ignore_ascii_case("gzip") => return is_welcome,
            "*" => all = is_welcome,
            _ => {}
        }
    }
    all
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

/// Adds the names of request headers that the response depends on.
pub fn vary_on(response: &mut Response, names: &'static str) {
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static(names));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_clients_that_accept_it() {
        for (accepts, reads) in [
            ("gzip, deflate, br, zstd", true),
            ("br, GZIP;q=0.5", true),
            ("*", true),
            ("gzip; q=1.0", true),
            ("*;q=0, gzip", true),
            ("gzip;q=0, *", false),
            ("gzip;q=0.000", false),
            ("gzip;q=nonsense", false),
            ("br", false),
            ("identity", false),
            ("", false),
        ] {
            let mut request = HeaderMap::new();
            request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepts));
            assert_eq!(reads_gzip(&request), reads, "{accepts}");
        }
        assert!(!reads_gzip(&HeaderMap::new()));
    }
}
