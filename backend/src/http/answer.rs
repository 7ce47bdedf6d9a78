//! An answer as finished bytes. This module applies conditions, HEAD, ranges and encodings (RFC 9110,
//! sections 12 to 14), for the API, the pages and the feeds. No other code writes a `Content-Length`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_range_header::parse_range_header;

use crate::http::conditional::{NoBody, Preconditions};
use crate::http::encoding::Encoding;
use crate::http::security_headers::add_defaults;

/// Smaller bodies are not compressed, since that would save no packet.
const MIN_COMPRESSED_BYTES: usize = 1024;
/// Gzip levels, of 1 to 9: for an answer that is kept, and for one that is sent once.
const KEPT_GZIP_LEVEL: u32 = 6;
const QUICK_GZIP_LEVEL: u32 = 3;
/// Brotli, of 0 to 11.
const BROTLI_QUALITY: u32 = 5;
const BROTLI_WINDOW_BITS: u32 = 22;
const BROTLI_BUFFER_BYTES: usize = 4096;

/// The bytes of an answer in each encoding, with the headers of each.
#[derive(Debug)]
pub struct Answer {
    is_compressible: bool,
    tag: HeaderValue,
    weak_tag: HeaderValue,
    part: Range<usize>,
    identity: Representation,
    gzip: Packed,
    brotli: Packed,
}

#[derive(Debug)]
struct Representation {
    headers: HeaderMap,
    body: Bytes,
}

/// An encoding that is made when it is first asked for.
#[derive(Debug, Default)]
struct Packed {
    representation: OnceLock<Representation>,
    is_claimed: AtomicBool,
}

impl Answer {
    /// An answer with these bytes, of a type that compresses well.
    pub fn new(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let (tag, weak_tag) = entity_tags(&body);
        let mut headers = HeaderMap::with_capacity(24);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(header::ETAG, tag.clone());
        add_defaults(&mut headers);
        Self {
            is_compressible: body.len() >= MIN_COMPRESSED_BYTES,
            tag,
            weak_tag,
            part: 0..0,
            identity: Representation { headers, body },
            gzip: Packed::default(),
            brotli: Packed::default(),
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.identity.headers.insert(name, value);
        self
    }

    /// The same, with the range of bytes that [`Self::part`] returns.
    #[must_use]
    pub fn with_part(mut self, part: Range<usize>) -> Self {
        self.part = part;
        self
    }

    /// The same, with an encoding that exists already. Its headers are those that are set so far.
    #[must_use]
    pub fn with_packed(self, encoding: Encoding, packed: Bytes) -> Self {
        self.store(encoding, Some(packed));
        self
    }

    /// The same, never compressed by the server: for types that are compressed already, such as a photo.
    #[must_use]
    pub fn incompressible(mut self) -> Self {
        self.is_compressible = false;
        self
    }

    /// The bytes without an encoding.
    pub fn bytes(&self) -> &Bytes {
        &self.identity.body
    }

    /// The part that [`Self::with_part`] marked.
    pub fn part(&self) -> &[u8] {
        self.bytes().get(self.part.clone()).unwrap_or_default()
    }

    /// The size of all encodings that exist, in bytes.
    pub fn weight(&self) -> u64 {
        let packed = [&self.gzip, &self.brotli].into_iter();
        let packed = packed.filter_map(|packed| packed.representation.get());
        let bytes = packed
            .map(|packed| packed.body.len())
            .chain([self.identity.body.len()])
            .sum::<usize>();
        bytes as u64
    }

    /// Answers a request, with the best encoding that exists. The second value is the encoding that
    /// the client prefers and that the caller has to [make](Self::pack).
    pub fn respond(&self, preconditions: &Preconditions) -> (Response, Option<Encoding>) {
        if preconditions.range.is_some() {
            return (self.send(&self.identity, preconditions), None);
        }
        let mut missing = None;
        for encoding in preconditions.encodings.into_iter().flatten() {
            match self.packed(encoding).representation.get() {
                Some(packed) => {
                    return (self.send(packed, preconditions), missing);
                }
                None if self.is_compressible => missing = missing.or(Some(encoding)),
                None => {}
            }
        }
        (self.send(&self.identity, preconditions), missing)
    }

    /// Answers a request with an answer that is not kept. A client that reads gzip gets it.
    pub fn respond_once(self, preconditions: &Preconditions) -> Response {
        let reads_gzip = preconditions.reads(Encoding::Gzip);
        if reads_gzip && self.is_compressible && preconditions.range.is_none() {
            self.store(Encoding::Gzip, gzip(self.bytes(), QUICK_GZIP_LEVEL));
        }
        self.respond(preconditions).0
    }

    /// Reserves the making of an encoding for the caller. `false` when another caller has reserved it.
    pub fn claim(&self, encoding: Encoding) -> bool {
        !self
            .packed(encoding)
            .is_claimed
            .swap(true, Ordering::Relaxed)
    }

    /// Makes an encoding.
    pub fn pack(&self, encoding: Encoding) {
        let packed = match encoding {
            Encoding::Gzip => gzip(self.bytes(), KEPT_GZIP_LEVEL),
            Encoding::Brotli => brotli(self.bytes()),
        };
        self.store(encoding, packed);
    }

    fn packed(&self, encoding: Encoding) -> &Packed {
        match encoding {
            Encoding::Gzip => &self.gzip,
            Encoding::Brotli => &self.brotli,
        }
    }

    /// Stores an encoding, if it is smaller. Encodings differ in their bytes, so its validator is weak
    /// (RFC 9110, section 8.8.3.3).
    fn store(&self, encoding: Encoding, packed: Option<Bytes>) {
        let Some(body) = packed.filter(|packed| packed.len() < self.bytes().len()) else {
            return;
        };
        let mut headers = self.identity.headers.clone();
        headers.insert(header::CONTENT_ENCODING, encoding.name());
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
        headers.remove(header::ACCEPT_RANGES);
        headers.insert(header::ETAG, self.weak_tag.clone());
        let representation = Representation { headers, body };
        // When it is set already, an earlier call made the same bytes.
        let _ = self.packed(encoding).representation.set(representation);
    }

    fn send(&self, representation: &Representation, preconditions: &Preconditions) -> Response {
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = representation.headers.clone();
        if preconditions.has_same(&self.tag, &representation.headers) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::new(NoBody);
            // A 304 has no headers about a body (RFC 9110, section 15.4.5).
            for name in [
                header::CONTENT_TYPE,
                header::CONTENT_LENGTH,
                header::CONTENT_ENCODING,
                header::ACCEPT_RANGES,
            ] {
                response.headers_mut().remove(name);
            }
        } else if preconditions.is_head {
            *response.body_mut() = Body::new(NoBody);
        } else if let Some(range) = preconditions.range_of(&representation.headers) {
            send_range(&mut response, &representation.body, range);
        } else {
            *response.body_mut() = Body::from(representation.body.clone());
        }
        response
    }
}

/// Writes the body of a response that is sent once: without a validator, and in gzip if the client reads
/// that and the response is a 200.
pub fn write_once(
    response: &mut Response,
    content_type: &'static str,
    body: Bytes,
    preconditions: &Preconditions,
) {
    let reads_gzip = preconditions.reads(Encoding::Gzip);
    let is_packed =
        reads_gzip && response.status() == StatusCode::OK && body.len() >= MIN_COMPRESSED_BYTES;
    let packed = is_packed.then(|| gzip(&body, QUICK_GZIP_LEVEL)).flatten();
    let headers = response.headers_mut();
    if packed.is_some() {
        headers.insert(header::CONTENT_ENCODING, Encoding::Gzip.name());
    }
    let body = packed.unwrap_or(body);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = if preconditions.is_head {
        Body::new(NoBody)
    } else {
        Body::from(body)
    };
}

/// Answers with one range (RFC 9110, section 14). For several ranges, or an invalid header, it answers
/// with the whole body.
fn send_range(response: &mut Response, body: &Bytes, range: &str) {
    let length = body.len() as u64;
    let ranges = parse_range_header(range).map(|ranges| ranges.validate(length));
    let (status, content_range, part) = match ranges {
        Ok(Ok(ranges)) if ranges.len() == 1 => {
            let (first, last) = (*ranges[0].start(), *ranges[0].end());
            (
                StatusCode::PARTIAL_CONTENT,
                format!("bytes {first}-{last}/{length}"),
                body.slice(first as usize..=last as usize),
            )
        }
        Ok(Err(_)) => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            format!("bytes */{length}"),
            Bytes::new(),
        ),
        _ => {
            *response.body_mut() = Body::from(body.clone());
            return;
        }
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(part.len()));
    if let Ok(content_range) = HeaderValue::try_from(content_range) {
        headers.insert(header::CONTENT_RANGE, content_range);
    }
    *response.body_mut() = Body::from(part);
}

/// A strong validator, and the weak one with the same opaque tag.
fn entity_tags(body: &[u8]) -> (HeaderValue, HeaderValue) {
    let hash = digest(&SHA256, body);
    let mut tag = String::with_capacity(28);
    tag.push_str("W/\"");
    // 96 of its bits.
    for byte in &hash.as_ref()[..12] {
        // Writing to a string can't fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    let value = |text: &str| {
        // Hexadecimal digits and quotes are always a valid header value.
        HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("\"\""))
    };
    (value(&tag[2..]), value(&tag))
}

/// Compressed bodies hold no secret that their length could reveal (BREACH): tokens are in cookies and in
/// 201s, and a 201 is not compressed.
fn gzip(body: &[u8], level: u32) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::new(level));
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn brotli(body: &[u8]) -> Option<Bytes> {
    let packed = Vec::with_capacity(body.len() / 3);
    let mut encoder = brotli::CompressorWriter::new(
        packed,
        BROTLI_BUFFER_BYTES,
        BROTLI_QUALITY,
        BROTLI_WINDOW_BITS,
    );
    encoder.write_all(body).ok()?;
    Some(encoder.into_inner().into())
}
