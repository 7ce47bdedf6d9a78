//! What the server counts, on a listener of its own.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::error::ApiError;

/// `GET /metrics`: everything that is counted, for Prometheus.
///
/// # Errors
/// None that this handler knows.
pub async fn show(State(app): State<App>) -> Result<Response, ApiError> {
    let raw_json = app
        .metrics
        .write(&app.blogs, &app.sessions, &app.contact)
        .map_err(ApiError::internal)?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], raw_json).into_response())
}
