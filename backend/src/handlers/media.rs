//! Pictures that belong to posts.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::conditional::{Wishes, compress, cut, validate, vary_on};
use crate::extract::Path;

/// `GET /media/{path}`: a picture of the source's. The policy keeps an SVG that someone opens by
/// itself from running scripts.
pub async fn show(
    State(app): State<App>,
    Path(path): Path<String>,
    method: Method,
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
    let wants_part = headers.contains_key(header::RANGE);
    let wishes = if is_text && !wants_part {
        Wishes::of(&headers)
    } else {
        Wishes::of(&headers).uncompressed()
    };
    validate(&mut response, &wishes, &bytes);
    cut(&mut response, &method, &headers, &bytes);
    compress(&mut response, &wishes, &bytes);
    if is_text {
        vary_on(&mut response, "Accept-Encoding");
    }
    response
}
