//! The checks that a request passes before its handler.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use tokio::sync::Semaphore;

use crate::error::ApiError;
use crate::http::csrf::refuse_cross_site;
use crate::http::hosts::Hosts;
use crate::http::limits::{
    MAX_ARRIVING_BODIES, MAX_IN_FLIGHT, closing, has_body, limit_time, receive_body,
};
use crate::public_url::PublicUrl;

/// The permits, names and address that admission checks requests against.
#[derive(Clone)]
pub struct Admission {
    /// Permits for the requests in flight.
    pub in_flight: Arc<Semaphore>,
    /// Permits for the bodies that arrive.
    pub arriving_bodies: Arc<Semaphore>,
    hosts: Arc<Hosts>,
    public_url: Arc<PublicUrl>,
}

impl Admission {
    /// Admits requests for `hosts`. Visitors reach the site at `public_url`.
    #[must_use]
    pub fn new(hosts: Hosts, public_url: Arc<PublicUrl>) -> Self {
        Self {
            in_flight: Arc::new(Semaphore::new(MAX_IN_FLIGHT)),
            arriving_bodies: Arc::new(Semaphore::new(MAX_ARRIVING_BODIES)),
            hosts: Arc::new(hosts),
            public_url,
        }
    }

    async fn receive(&self, request: Request) -> Result<Request, ApiError> {
        if !has_body(request.body()) {
            return Ok(request);
        }
        let Ok(_permit) = self.arriving_bodies.try_acquire() else {
            return Err(ApiError::Overloaded);
        };
        let (parts, body) = request.into_parts();
        let body = receive_body(&parts.headers, body).await?;
        Ok(Request::from_parts(parts, Body::from(body)))
    }
}

/// Passes a request on that is well-formed, for this site, and not from another site's page. Its body must
/// arrive, and there must be a permit for it. A panic of its handler becomes a 500 without details.
pub async fn admit<F: Future<Output = Response>>(
    admission: &Admission,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if let Err(error) = admission.hosts.check(&request) {
        return refused_by_host(error);
    }
    if let Err(error) = refuse_cross_site(&request, &admission.public_url) {
        return error.into_response();
    }
    let request = match admission.receive(request).await {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    handle(admission, Box::pin(next(request))).await
}

/// As [`admit`], for files: their handlers read no body and change nothing.
pub async fn admit_to_files<F: Future<Output = Response>>(
    admission: &Admission,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    if let Err(error) = admission.hosts.check(&request) {
        return refused_by_host(error);
    }
    handle(admission, Box::pin(next(request))).await
}

/// `handling` is on the heap: a future that is passed on takes its size twice in each future around it.
async fn handle(
    admission: &Admission,
    handling: Pin<Box<impl Future<Output = Response>>>,
) -> Response {
    let Ok(_permit) = admission.in_flight.try_acquire() else {
        return ApiError::Overloaded.into_response();
    };
    // The panic hook has logged it. Handlers share state only behind locks that a panic doesn't poison.
    match AssertUnwindSafe(limit_time(handling)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => ApiError::Status(StatusCode::INTERNAL_SERVER_ERROR).into_response(),
    }
}

/// Checks only the host, for Prometheus: metrics can be read while the server is overloaded.
pub async fn admit_metrics<F: Future<Output = Response>>(
    hosts: &Hosts,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    match hosts.check(&request) {
        Ok(()) => next(request).await,
        Err(error) => refused_by_host(error),
    }
}

/// Closes the connection unless the request was only for another host. After a malformed or ambiguous
/// request, the next bytes on the connection can't be trusted.
fn refused_by_host(error: ApiError) -> Response {
    match error {
        ApiError::OtherHost { .. } => error.into_response(),
        _ => closing(error.into_response()),
    }
}
