//! Limits on one request: the size of its body, the time for body and handler, permits.

use std::pin::{Pin, pin};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::poll_immediate;
use http_body_util::BodyExt;
use tokio::time::timeout;

use crate::error::ApiError;

/// The largest request body, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long a request body may take to arrive.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a handler may take to answer.
pub const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);
/// Requests that are handled at once. Further ones get 503, so that the others are answered in time.
pub const MAX_IN_FLIGHT: usize = 4096;
/// Bodies that arrive at once, of at most [`MAX_BODY_BYTES`] each. Requests without a body need no such
/// permit, so that slow senders don't hold up readers.
pub const MAX_ARRIVING_BODIES: usize = 1024;

/// A body's buffer grows by this many bytes at least.
const BODY_GROWTH: usize = 4 * 1024;

/// Ends the connection with this response.
#[must_use]
pub fn closing(mut response: Response) -> Response {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// Waits for a request's body.
///
/// # Errors
/// 400 for a broken body, 408 for a slow one, 413 for a large one.
pub async fn receive_body(headers: &HeaderMap, body: Body) -> Result<Bytes, ApiError> {
    let announced = content_length(headers);
    if announced.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return Err(ApiError::Status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    // On the heap, as in `limit_time`.
    Box::pin(timeout(BODY_TIMEOUT, collect(body)))
        .await
        .unwrap_or(Err(ApiError::Status(StatusCode::REQUEST_TIMEOUT)))
}

/// Copies each frame, since a frame of one byte keeps the whole buffer that it was read into.
async fn collect(body: Body) -> Result<Bytes, ApiError> {
    let mut bytes = Vec::new();
    let mut body = pin!(body);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            ApiError::BadRequest("The body broke off, or is not framed as HTTP asks.".to_owned())
        })?;
        // Trailers are ignored.
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if bytes.len() + data.len() > MAX_BODY_BYTES {
            return Err(ApiError::Status(StatusCode::PAYLOAD_TOO_LARGE));
        }
        if bytes.capacity() - bytes.len() < data.len() {
            bytes.reserve_exact(data.len().max(BODY_GROWTH));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

/// Whether a request has a body.
pub(super) fn has_body(body: &Body) -> bool {
    !body.is_end_stream()
}

/// Gives a handler [`HANDLER_TIMEOUT`].
pub async fn limit_time(mut handling: Pin<Box<impl Future<Output = Response>>>) -> Response {
    // Most handlers finish without waiting, and need no timer.
    if let Some(response) = poll_immediate(handling.as_mut()).await {
        return response;
    }
    // On the heap: a timer would align every future around it to 128 bytes.
    match Box::pin(timeout(HANDLER_TIMEOUT, handling)).await {
        Ok(response) => response,
        Err(_) => ApiError::Overloaded.into_response(),
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}
