//! Whether the server is there, for those who watch it.

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;

use crate::app::App;
use crate::error::ApiError;
use crate::reply::Reply;

/// `GET /healthz`: the process is up.
///
/// # Errors
/// None that this handler knows.
pub async fn healthz() -> Result<Reply, ApiError> {
    Reply::ok(&json!({ "status": "up" }))
}

/// `GET /readyz`: the server can serve.
///
/// # Errors
/// 503 once it was told to stop.
pub async fn readyz(State(app): State<App>) -> Result<Reply, ApiError> {
    if app.draining.load(Ordering::Relaxed) {
        return Err(ApiError::Status(StatusCode::SERVICE_UNAVAILABLE));
    }
    Reply::ok(&json!({ "status": "ready" }))
}
