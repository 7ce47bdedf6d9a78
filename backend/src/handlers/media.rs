//! Pictures of posts, and other files that posts link to.

use std::borrow::Cow;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeFile;

use crate::api::extract::Path;
use crate::app::App;
use crate::http::answer::{Answer, write_once};
use crate::http::conditional::Preconditions;
use crate::http::encoding::Encoding;
use crate::http::streamed_file::stream;
use crate::sources::{Media, MediaContent};

/// A larger SVG is sent uncompressed: compressing would read all of it into memory.
const MAX_COMPRESSED_BYTES: u64 = 256 * 1024;

/// `GET /media/{path}`: a picture of the source, or another file that posts link to.
pub async fn show(State(app): State<App>, Path(path): Path<String>, request: Request) -> Response {
    match app.blogs.source().media(&path).await {
        Some(media) => send(media, request, Caching::of(&app)).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// How long browsers may keep a picture without asking.
#[derive(Clone, Copy)]
pub(super) struct Caching(&'static str);

impl Caching {
    /// A preview shows a changed picture at once.
    pub(super) fn of(app: &App) -> Self {
        Self(match app.preview {
            Some(_) => "no-cache",
            None => "public, max-age=3600",
        })
    }
}

/// Answers with a picture or another file.
pub(super) async fn send(media: Media, request: Request, caching: Caching) -> Response {
    let Media {
        content_type,
        content,
    } = media;
    let is_text = content_type.starts_with("image/svg");
    let preconditions = Preconditions::of(&request);
    let mut response = match content {
        MediaContent::Bytes(bytes) => from_memory(bytes, content_type, &preconditions),
        MediaContent::File(file) => {
            let response = stream(ServeFile::new(file), request).await;
            if is_text {
                compress_small(response, content_type, &preconditions).await
            } else {
                response
            }
        }
    };
    let status = response.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        add_headers(response.headers_mut(), caching);
    }
    if content_type.starts_with("application/") {
        // Browsers save it, since the policy's sandbox keeps them from showing a PDF.
        let saved = HeaderValue::from_static("attachment");
        response
            .headers_mut()
            .insert(header::CONTENT_DISPOSITION, saved);
    }
    if status.is_success() {
        let content_type = HeaderValue::from_static(content_type);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
    }
    if is_text {
        response
            .headers_mut()
            .insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    response
}

fn from_memory(
    bytes: Cow<'static, [u8]>,
    content_type: &'static str,
    preconditions: &Preconditions,
) -> Response {
    let bytes = match bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let answer = Answer::new(content_type, bytes);
    if content_type.starts_with("image/svg") {
        answer.respond_once(preconditions)
    } else {
        answer.incompressible().respond_once(preconditions)
    }
}

/// Compresses a small file that is sent whole.
async fn compress_small(
    response: Response,
    content_type: &'static str,
    preconditions: &Preconditions,
) -> Response {
    let size = response.headers().get(header::CONTENT_LENGTH);
    let size = size.and_then(|size| size.to_str().ok()?.parse::<u64>().ok());
    let is_small = size.is_some_and(|size| size <= MAX_COMPRESSED_BYTES);
    let is_sent_whole = response.status() == StatusCode::OK && !preconditions.is_head;
    if !preconditions.reads(Encoding::Gzip) || !is_sent_whole || !is_small {
        return response;
    }
    let (parts, body) = response.into_parts();
    // The file may have grown since it was measured.
    let Ok(bytes) = to_bytes(body, MAX_COMPRESSED_BYTES as usize).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = Response::from_parts(parts, Body::empty());
    write_once(&mut response, content_type, bytes, preconditions);
    if response.headers().contains_key(header::CONTENT_ENCODING) {
        weaken_etag(response.headers_mut());
        response.headers_mut().remove(header::ACCEPT_RANGES);
    }
    response
}

/// Makes the validator weak, since compressed bytes are not those of the file (RFC 9110, section 8.8.3.3).
fn weaken_etag(headers: &mut HeaderMap) {
    let weak = headers
        .get(header::ETAG)
        .map(|tag| [b"W/", tag.as_bytes()].concat());
    if let Some(Ok(tag)) = weak.map(|tag| HeaderValue::from_bytes(&tag)) {
        headers.insert(header::ETAG, tag);
    }
}

/// Adds headers for all pictures. The policy keeps an SVG that is opened by itself from running scripts.
fn add_headers(headers: &mut HeaderMap, Caching(caching): Caching) {
    for (name, value) in [
        (header::CACHE_CONTROL, caching),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        ),
        // Feed readers on other sites show the pictures of posts.
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
