//! Pictures that belong to posts.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::api::extract::Path;
use crate::app::App;
use crate::http::conditional::{Preconditions, apply_etag, compress, vary_on};

/// `GET /media/{path}`: a picture of the source's. The policy keeps an SVG that is
/// opened by itself from running scripts.
pub async fn show(
    State(app): State<App>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(media) = app.blogs.source().media(&path).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let bytes = match media.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    };
    let mut response = (
        [
            (header::CONTENT_TYPE, media.content_type),
            (header::CACHE_CONTROL, "public, max-age=3600"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            ),
            // Feed readers on other sites show the pictures of posts.
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                "cross-origin",
            ),
        ],
        bytes.clone(),
    )
        .into_response();
    let is_text = media.content_type.starts_with("image/svg");
    let preconditions = if is_text {
        Preconditions::of(&headers)
    } else {
        Preconditions::of(&headers).uncompressed()
    };
    apply_etag(&mut response, &preconditions, &bytes);
    compress(&mut response, &preconditions, &bytes);
    if is_text {
        vary_on(&mut response, "Accept-Encoding");
    }
    response
}
