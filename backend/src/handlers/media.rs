//! Pictures that belong to posts.

use axum::extract::State;
use axum::http::{StatusCode, header};
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
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; style-src 'unsafe-inline'; sandbox",
                ),
            ],
            media.bytes.into_owned(),
        )
            .into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such picture.\n").into_response(),
    }
}
