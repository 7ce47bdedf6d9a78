//! What feed readers and search engines ask for.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use crate::app::App;
use crate::cache::REFETCH_INTERVAL;
use crate::content::snapshot::Snapshot;
use crate::error::ApiError;
use crate::http::conditional::{Preconditions, apply_etag, compress, vary_on};
use crate::public_url::PublicUrl;
use crate::site::feeds::{self as documents, FeedError};

/// `GET /feed.xml`
///
/// # Errors
/// 503 while nothing at all could be fetched from the source.
pub async fn rss(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    of_posts(
        &app,
        &headers,
        "application/rss+xml; charset=utf-8",
        documents::rss,
    )
    .await
}

/// `GET /atom.xml`
///
/// # Errors
/// 503 while nothing at all could be fetched from the source.
pub async fn atom(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    of_posts(
        &app,
        &headers,
        "application/atom+xml; charset=utf-8",
        documents::atom,
    )
    .await
}

/// `GET /feed.json`
///
/// # Errors
/// 503 while nothing at all could be fetched from the source.
pub async fn json(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    of_posts(
        &app,
        &headers,
        "application/feed+json",
        documents::json_feed,
    )
    .await
}

/// `GET /sitemap.xml`
///
/// # Errors
/// 503 while nothing at all could be fetched from the source.
pub async fn sitemap(State(app): State<App>, headers: HeaderMap) -> Result<Response, ApiError> {
    of_posts(&app, &headers, "application/xml", documents::sitemap).await
}

/// `GET /robots.txt`
pub async fn robots(State(app): State<App>, headers: HeaderMap) -> Response {
    let text = documents::robots(&app.public_url);
    public(&headers, "text/plain; charset=utf-8", text)
}

async fn of_posts(
    app: &App,
    headers: &HeaderMap,
    content_type: &'static str,
    write: impl Fn(&PublicUrl, &Snapshot, Timestamp) -> Result<String, FeedError>,
) -> Result<Response, ApiError> {
    let view = app.blogs.peek(None).await;
    if view.is_missing() {
        return Err(ApiError::SourceUnavailable {
            retry_after_seconds: REFETCH_INTERVAL.as_secs(),
        });
    }
    let fetched_at = view.freshness.fetched_at.as_deref();
    let read_at = fetched_at
        .and_then(|moment| moment.parse().ok())
        .unwrap_or(Timestamp::MAX);
    let text = write(&app.public_url, &view.snapshot, read_at).map_err(ApiError::internal)?;
    Ok(public(headers, content_type, text))
}

/// The same for everybody, and worth asking for again after five minutes. Readers on other sites
/// may use it too.
fn public(headers: &HeaderMap, content_type: &'static str, text: String) -> Response {
    let mut response = (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        text.clone(),
    )
        .into_response();
    response.headers_mut().insert(
        "cross-origin-resource-policy",
        HeaderValue::from_static("cross-origin"),
    );
    let preconditions = Preconditions::of(headers);
    apply_etag(&mut response, &preconditions, text.as_bytes());
    compress(&mut response, &preconditions, text.as_bytes());
    vary_on(&mut response, "Accept-Encoding");
    response
}
