//! Health checks.

use std::sync::atomic::Ordering;

use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::envelope::Reply;
use crate::api::openapi::Success;
use crate::app::App;
use crate::error::ApiError;

/// The state of the server.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// `up` or `ready`.
    status: &'static str,
}

/// The process is up
#[utoipa::path(
    get, path = "/healthz", operation_id = "getHealth", tag = "Service",
    responses((
        status = 200, description = "It is", body = Success<Health>,
        example = json!(Success::of(Health { status: "up" }))
    )),
)]
pub async fn healthz() -> Result<Reply, ApiError> {
    Reply::ok(&Health { status: "up" })
}

/// The server can serve; 503 once it was told to stop
#[utoipa::path(
    get, path = "/readyz", operation_id = "getReadiness", tag = "Service",
    responses((
        status = 200, description = "It can", body = Success<Health>,
        example = json!(Success::of(Health { status: "ready" }))
    )),
)]
pub async fn readyz(State(app): State<App>) -> Result<Reply, ApiError> {
    if app.draining.load(Ordering::Relaxed) {
        return Err(ApiError::Status(StatusCode::SERVICE_UNAVAILABLE));
    }
    Reply::ok(&Health { status: "ready" })
}
