//! What a request has to pass before its handler sees it.
//!
//! One layer for all of it: each layer costs every request a copy of all the layers below.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::cross_site::refuse_cross_site;
use crate::error::ApiError;
use crate::limits::{limit_body_and_time, limit_time, refuse_unclear};

/// Middleware: lets a request through that is clear, gets one of the places in flight, is
/// no other site's doing, and arrives in time.
pub async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Some(refusal) = refuse_unclear(&request) {
        return refusal;
    }
    let Ok(_place) = app.places.try_acquire() else {
        return ApiError::Overloaded.into_response();
    };
    if let Err(refusal) = refuse_cross_site(&request, &app.public_url) {
        return refusal.into_response();
    }
    limit_body_and_time(request, next).await
}

/// Middleware: the same for files, for which no body is read and nothing changes.
pub async fn admit_to_files(State(app): State<App>, request: Request, next: Next) -> Response {
    if let Some(refusal) = refuse_unclear(&request) {
        return refusal;
    }
    let Ok(_place) = app.places.try_acquire() else {
        return ApiError::Overloaded.into_response();
    };
    limit_time(request, next).await
}

/// Middleware: the same for what is served to Prometheus, also while there is no place.
pub async fn admit_scrapes(request: Request, next: Next) -> Response {
    match refuse_unclear(&request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    }
}
