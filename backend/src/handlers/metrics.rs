//! The metrics, on a listener of their own.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::error::ApiError;

/// `GET /metrics`: all metrics, for Prometheus.
pub async fn show(State(app): State<App>) -> Result<Response, ApiError> {
    let text = app
        .metrics
        .write(
            &app.blogs,
            &app.sessions,
            &app.contact,
            &app.database,
            &app.pages,
            &app.answers,
        )
        .map_err(ApiError::internal)?;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type)], text).into_response())
}
