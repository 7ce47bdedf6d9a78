//! Where a request's head and body end, and which requests are refused before hyper reads them.
//!
//! hyper accepts a request with both `Content-Length` and chunks, and reads the chunks. A proxy in front
//! may go by the length (request smuggling). Such a request ought to be handled as an error (RFC 9112,
//! section 6.3).

use std::mem::MaybeUninit;

use axum::http::{StatusCode, Uri};
use httparse::{Request, Status};

use crate::error::ApiError;

/// The largest request head, in bytes.
pub const MAX_HEAD_BYTES: usize = 32 * 1024;
/// A target of up to this many bytes is never too long for [`Uri`].
const MAX_PLAIN_TARGET: usize = 1024;
/// The most header fields in a request: as many as hyper reads by itself.
pub const MAX_HEADERS: usize = 100;

/// Why a connection's next request is refused. The answer closes the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadError {
    /// It breaks the grammar of HTTP/1.1.
    Malformed,
    /// It says in two ways where its body ends.
    Ambiguous,
    /// Its head has more than [`MAX_HEAD_BYTES`], or more than [`MAX_HEADERS`] fields.
    HeadTooLarge,
    /// The server has no room for one more connection.
    TooManyConnections,
}

impl From<HeadError> for ApiError {
    fn from(error: HeadError) -> Self {
        match error {
            HeadError::Malformed => {
                Self::BadRequest("The request is not written as HTTP/1.1 asks.".to_owned())
            }
            HeadError::Ambiguous => Self::BadRequest(
                "The request must say in just one way where its body ends.".to_owned(),
            ),
            HeadError::HeadTooLarge => Self::Status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            HeadError::TooManyConnections => Self::Status(StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

/// The outcome of reading a head.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// The end of the head has not arrived.
    Incomplete,
    /// hyper may read this many bytes: the head and its body. [`u64::MAX`] with chunks, after which
    /// the connection is closed.
    Good(u64),
    /// hyper reads the `stand_in` in its place.
    Refused { error: HeadError, stand_in: Vec<u8> },
}

/// Reads the head that `bytes` begin with.
pub(super) fn read_head(bytes: &[u8]) -> Head {
    let mut fields = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut head = Request::new(&mut []);
    let length = match head.parse_with_uninit_headers(bytes, &mut fields) {
        Ok(Status::Partial) if bytes.len() <= MAX_HEAD_BYTES => return Head::Incomplete,
        Ok(Status::Complete(length)) if length <= MAX_HEAD_BYTES => {
            body_length(&head).map(|body| body.saturating_add(length as u64))
        }
        Ok(_) | Err(httparse::Error::TooManyHeaders) => Err(HeadError::HeadTooLarge),
        Err(_) => Err(HeadError::Malformed),
    };
    match length {
        Ok(length) => Head::Good(length),
        Err(error) => Head::Refused {
            error,
            stand_in: stand_in(head.method, head.path),
        },
    }
}

/// How many bytes follow a head (RFC 9112, section 6.3).
fn body_length(head: &Request<'_, '_>) -> Result<u64, HeadError> {
    let (mut lengths, mut codings) = (Vec::new(), Vec::new());
    for field in head.headers.iter() {
        if field.name.eq_ignore_ascii_case("content-length") {
            lengths.push(field.value);
        } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
            codings.push(field.value);
        }
    }
    if !head.path.is_some_and(is_target) {
        return Err(HeadError::Malformed);
    }
    match (&lengths[..], &codings[..]) {
        ([], []) => Ok(0),
        ([length], []) => parse_length(length).ok_or(HeadError::Malformed),
        ([], [coding]) if head.version == Some(1) && coding.eq_ignore_ascii_case(b"chunked") => {
            Ok(u64::MAX)
        }
        ([], [_]) => Err(HeadError::Malformed),
        _ => Err(HeadError::Ambiguous),
    }
}

/// Whether hyper can parse a request's target. Most targets are plain and needn't be parsed here.
fn is_target(target: &str) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-._~?=&%+,:".contains(byte);
    let is_short = target.len() <= MAX_PLAIN_TARGET && target.starts_with('/');
    (is_short && target.as_bytes().iter().all(is_plain)) || target.parse::<Uri>().is_ok()
}

/// Reads a length of digits only: no sign, and no list of lengths.
fn parse_length(value: &[u8]) -> Option<u64> {
    if !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// A well-formed request with the same method and path, so that the refusal has the form of that route's
/// answers.
pub(super) fn stand_in(method: Option<&str>, path: Option<&str>) -> Vec<u8> {
    let method = method.unwrap_or("GET");
    let path = path
        .filter(|path| path.starts_with('/') && path.parse::<Uri>().is_ok())
        .unwrap_or("/");
    format!("{method} {path} HTTP/1.1\r\nhost: refused\r\n\r\n").into_bytes()
}

/// The length of the empty lines that `bytes` begin with. A client may send some before a request
/// (RFC 9112, section 2.2).
pub(super) fn empty_lines(bytes: &[u8]) -> usize {
    let mut length = 0;
    loop {
        match bytes.get(length..).unwrap_or_default() {
            [b'\n', ..] => length += 1,
            [b'\r', b'\n', ..] => length += 2,
            _ => return length,
        }
    }
}

/// Whether a line in `bytes` is empty, as the line after a head is.
pub(super) fn has_empty_line(bytes: &[u8]) -> bool {
    let is_end = |window: &[u8]| window.starts_with(b"\n\n") || window == b"\n\r\n";
    bytes.windows(3).any(is_end) || bytes.ends_with(b"\n\n")
}
