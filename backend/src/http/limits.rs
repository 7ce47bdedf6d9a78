//! What one request may take: a name, 64 KiB, time, and a place among those in flight.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use crate::error::ApiError;
use crate::http::checked_stream::HeadError;

/// The largest request body, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// How long a request body may take to arrive.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a handler may take to answer.
pub const HANDLER_TIMEOUT: Duration = Duration::from_secs(30);
/// Requests that are answered at once. Those beyond it are told to come back, so that the others
/// are still answered in time.
pub const MAX_IN_FLIGHT: usize = 4096;

/// The refusal of a request that can't be read in just one way, or does not say in just one `Host`
/// whom it is for (RFC 9112, sections 3.2 and 6.3).
#[must_use]
pub fn check_host(request: &Request) -> Option<Response> {
    if let Some(refusal) = request.extensions().get::<HeadError>() {
        return Some(closing(ApiError::from(*refusal).into_response()));
    }
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let detail = match (hosts.next(), hosts.next()) {
        (Some(host), None) if is_host(host) => return None,
        (None, _) if request.version() < Version::HTTP_11 => return None,
        (Some(_), None) => "The Host header must be a name or an address.",
        _ => "The request must have just one Host header.",
    };
    Some(closing(
        ApiError::BadRequest(detail.to_owned()).into_response(),
    ))
}

/// RFC 9110, section 7.2: a host and perhaps a port.
fn is_host(value: &HeaderValue) -> bool {
    Authority::try_from(value.as_bytes()).is_ok_and(|host| !host.as_str().contains('@'))
}

/// Ends the connection with this response.
#[must_use]
pub fn closing(mut response: Response) -> Response {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
}

/// Reads the body, then gives the handler its time.
pub async fn limit_body_and_time(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let announced = content_length(&parts.headers);
    if announced.is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        return ApiError::Status(StatusCode::PAYLOAD_TOO_LARGE).into_response();
    }
    let body = match timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(bytes)) => Body::from(bytes),
        Ok(Err(error)) => return unreadable(&error).into_response(),
        Err(_) => return closing(ApiError::Status(StatusCode::REQUEST_TIMEOUT).into_response()),
    };
    limit_time(Request::from_parts(parts, body), next).await
}

/// Gives the handler its time.
pub async fn limit_time(request: Request, next: Next) -> Response {
    match timeout(HANDLER_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::Overloaded.into_response(),
    }
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    let value = headers.get(header::CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

fn unreadable(error: &axum::Error) -> ApiError {
    let too_large = std::error::Error::source(error)
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
    if too_large {
        ApiError::Status(StatusCode::PAYLOAD_TOO_LARGE)
    } else {
        ApiError::BadRequest("The body broke off, or is not framed as HTTP asks.".to_owned())
    }
}
