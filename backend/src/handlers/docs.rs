//! The API's description, for programs and for people.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::api::openapi::Description;
use crate::error::EnvelopeBody;

const STYLES: &str = include_str!("../api/openapi/docs.css");

/// This description
///
/// An OpenAPI 3.1 document, not in an envelope.
#[utoipa::path(
    get, path = "/v1/openapi.json", operation_id = "getDescription", tag = "Service",
    responses((
        status = 200, description = "The document", body = serde_json::Value,
        example = json!({ "openapi": "3.1.0", "info": { "title": "FlashBlog", "version": env!("CARGO_PKG_VERSION") }, "paths": {} })
    )),
)]
pub async fn openapi(Extension(description): Extension<Arc<Description>>) -> Response {
    document("application/json", description.json())
}

/// This description as a page
#[utoipa::path(
    get, path = "/docs", operation_id = "getDescriptionPage", tag = "Service",
    responses((
        status = 200, description = "The page", content_type = "text/html", body = String,
        example = json!("<!doctype html>…")
    )),
)]
pub async fn page(Extension(description): Extension<Arc<Description>>) -> Response {
    let mut response = document("text/html; charset=utf-8", description.html());
    response.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        header::HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    );
    response
}

/// The page's styles
#[utoipa::path(
    get, path = "/docs/docs.css", operation_id = "getDescriptionStyles", tag = "Service",
    responses((
        status = 200, description = "The styles", content_type = "text/css", body = String,
        example = json!("body { … }")
    )),
)]
pub async fn styles() -> Response {
    document("text/css; charset=utf-8", STYLES.into())
}

fn document(content_type: &'static str, body: Bytes) -> Response {
    let mut response = ([(header::CONTENT_TYPE, content_type)], body).into_response();
    response.extensions_mut().insert(EnvelopeBody::Document);
    response
}
