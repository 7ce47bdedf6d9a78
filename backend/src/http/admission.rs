//! What a request has to pass before its handler sees it.
//!
//! One layer for all of it: each layer costs every request a copy of all the layers below.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::http::csrf::refuse_cross_site;
use crate::http::limits::{check_host, limit_body_and_time, limit_time};
use crate::public_url::PublicUrl;

/// What admission asks about.
#[derive(Clone)]
pub struct Admission {
    /// Permits for the requests in flight.
    pub in_flight: Arc<Semaphore>,
    /// Where people reach the site.
    pub public_url: Arc<PublicUrl>,
}

/// Middleware: lets a request through that is clear, gets one of the places in flight, is
/// no other site's doing, and arrives in time.
pub async fn admit(State(admission): State<Admission>, request: Request, next: Next) -> Response {
    if let Some(refusal) = check_host(&request) {
        return refusal;
    }
    let Ok(_place) = admission.in_flight.try_acquire() else {
        return ApiError::Overloaded.into_response();
    };
    if let Err(refusal) = refuse_cross_site(&request, &admission.public_url) {
        return refusal.into_response();
    }
    limit_body_and_time(request, next).await
}

/// Middleware: the same for files, for which no body is read and nothing changes.
pub async fn admit_to_files(
    State(admission): State<Admission>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(refusal) = check_host(&request) {
        return refusal;
    }
    let Ok(_place) = admission.in_flight.try_acquire() else {
        return ApiError::Overloaded.into_response();
    };
    limit_time(request, next).await
}

/// Middleware: the same for what is served to Prometheus, also while there is no place.
pub async fn admit_metrics(request: Request, next: Next) -> Response {
    match check_host(&request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}
