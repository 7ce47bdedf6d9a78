//! Pictures that belong to posts.

use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::extract::Path;

/// `GET /media/{path}`: a picture of the source's. The policy keeps an SVG that someone opens by
/// itself from running scripts.
pub async fn show(State(app): State<App>, Path(path): Path<String>) -> Response {
    match app.blogs.source().media(&path).await {
        Some(media) => (
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
            media.bytes.into_owned(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
