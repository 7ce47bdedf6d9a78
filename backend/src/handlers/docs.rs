//! The API's description, for programs and for people.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use crate::answers::{Key, Wanted};
use crate::api::openapi::Description;
use crate::app::App;
use crate::error::EnvelopeBody;
use crate::http::answer::Answer;
use crate::http::conditional::Preconditions;

const STYLES: &str = include_str!("../api/openapi/docs.css");

/// This description
///
/// An OpenAPI 3.1 document, not in an envelope.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", operation_id = "getDescription", tag = "Service",
    responses((
        status = 200, description = "The document", body = serde_json::Value,
        example = json!({ "openapi": "3.1.0", "info": { "title": "Notes from a loom", "version": env!("CARGO_PKG_VERSION") }, "paths": {} })
    )),
)]
pub async fn openapi(
    State(app): State<App>,
    Extension(description): Extension<Arc<Description>>,
    preconditions: Preconditions,
) -> Response {
    let view = app.site().await;
    let key = Key::of_site(Wanted::Document("openapi.json")).with_profile(view.number);
    let write = || Answer::new("application/json", description.json(&view.site.title));
    document(&app, key, &preconditions, write).await
}

/// This description as a page
#[utoipa::path(
    get, path = "/api/docs", operation_id = "getDescriptionPage", tag = "Service",
    responses((
        status = 200, description = "The page", content_type = "text/html", body = String,
        example = json!("<!doctype html>…")
    )),
)]
pub async fn page(
    State(app): State<App>,
    Extension(description): Extension<Arc<Description>>,
    preconditions: Preconditions,
) -> Response {
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    let view = app.site().await;
    let key = Key::of_site(Wanted::Document("docs")).with_profile(view.number);
    let write = || {
        Answer::new(
            "text/html; charset=utf-8",
            description.html(&view.site.title),
        )
        .with_header(header::CONTENT_SECURITY_POLICY, policy)
    };
    document(&app, key, &preconditions, write).await
}

/// The page's styles
#[utoipa::path(
    get, path = "/api/docs/docs.css", operation_id = "getDescriptionStyles", tag = "Service",
    responses((
        status = 200, description = "The styles", content_type = "text/css", body = String,
        example = json!("body { … }")
    )),
)]
pub async fn styles(State(app): State<App>, preconditions: Preconditions) -> Response {
    let write = || Answer::new("text/css; charset=utf-8", STYLES);
    let key = Key::of_site(Wanted::Document("docs.css"));
    document(&app, key, &preconditions, write).await
}

async fn document(
    app: &App,
    key: Key,
    preconditions: &Preconditions,
    write: impl FnOnce() -> Answer,
) -> Response {
    let caching = HeaderValue::from_static("no-cache");
    let write = || write().with_header(header::CACHE_CONTROL, caching);
    let answer = app.answers.get_document(key, write).await;
    let mut response = answer.respond(preconditions);
    response.extensions_mut().insert(EnvelopeBody::Document);
    response
}
