//! Whether the server is there, for those who watch it.

use serde_json::json;

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
/// None that this handler knows.
pub async fn readyz() -> Result<Reply, ApiError> {
    Reply::ok(&json!({ "status": "ready" }))
}
