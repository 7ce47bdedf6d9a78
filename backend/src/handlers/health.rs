//! Whether the server is there, for those who watch it.

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::envelope::Reply;
use crate::api::openapi::{Success, examples};
use crate::app::App;
use crate::error::ApiError;

/// How the server is.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `up` or `ready`.
    status: &'static str,
}

/// `GET /healthz`: the process is up.
///
/// # Errors
/// None that this handler knows.
#[utoipa::path(
    get, path = "/healthz", operation_id = "getHealth", tag = "Service",
    summary = "The process is up",
    responses((
        status = 200, description = "It is", body = Success<Health>,
        example = json!(examples::success(Health { status: "up" }))
    )),
)]
pub async fn healthz() -> Result<Reply, ApiError> {
    Reply::ok(&Health { status: "up" })
}

/// `GET /readyz`: the server can serve.
///
/// # Errors
/// 503 once it was told to stop.
#[utoipa::path(
    get, path = "/readyz", operation_id = "getReadiness", tag = "Service",
    summary = "The server can serve; 503 once it was told to stop",
    responses((
        status = 200, description = "It can", body = Success<Health>,
        example = json!(examples::success(Health { status: "ready" }))
    )),
)]
pub async fn readyz(State(app): State<App>) -> Result<Reply, ApiError> {
    if app.draining.load(Ordering::Relaxed) {
        return Err(ApiError::Status(StatusCode::SERVICE_UNAVAILABLE));
    }
    Reply::ok(&Health { status: "ready" })
}
