//! Writes every response body under `/api`.
//!
//! Handlers return a [`Reply`] or an [`ApiError`]. Both put an [`EnvelopeBody`] into the response's
//! extensions, and the [`envelope`] layer writes the envelope from it and the session's flashes. A
//! response of a layer or of axum has no such extension; its status becomes the problem.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use shared::envelope::{Envelope, Outcome};
use shared::flash::Flash;
use shared::problem::Problem;

use crate::app::App;
use crate::error::{ApiError, EnvelopeBody, ProblemParts, problem_of_status};
use crate::http::conditional::{Preconditions, apply_etag, compress};
use crate::telemetry::RequestId;

/// A successful answer.
pub struct Reply {
    status: StatusCode,
    data: Arc<RawValue>,
    cacheable: bool,
}

/// Marks a response that a client may keep and revalidate.
#[derive(Clone)]
struct Cacheable;

impl Reply {
    /// 200 with `data`.
    ///
    /// # Errors
    /// When `data` can't be serialised.
    pub fn ok(data: &impl Serialize) -> Result<Self, ApiError> {
        Self::with_status(StatusCode::OK, data)
    }

    /// 201 with `data`.
    ///
    /// # Errors
    /// When `data` can't be serialised.
    pub fn created(data: &impl Serialize) -> Result<Self, ApiError> {
        Self::with_status(StatusCode::CREATED, data)
    }

    /// 200 with data that is already JSON.
    #[must_use]
    pub fn raw_json(data: Arc<RawValue>) -> Self {
        Self {
            status: StatusCode::OK,
            data,
            cacheable: false,
        }
    }

    /// Lets the client keep the answer and revalidate it. An answer with a flash is never kept.
    #[must_use]
    pub fn cacheable(mut self) -> Self {
        self.cacheable = true;
        self
    }

    fn with_status(status: StatusCode, data: &impl Serialize) -> Result<Self, ApiError> {
        let data = to_raw_value(data).map_err(ApiError::internal)?;
        Ok(Self {
            status,
            data: data.into(),
            cacheable: false,
        })
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response
            .extensions_mut()
            .insert(EnvelopeBody::Data(self.data));
        if self.cacheable {
            response.extensions_mut().insert(Cacheable);
        }
        response
    }
}

/// Middleware: opens the session of a request, and puts what the handler returns into an envelope
/// together with the session's flashes.
pub async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(client) = app.trusted_proxies.client_of(&request) {
        request.extensions_mut().insert(client);
    }
    let request_id = request.extensions().get::<RequestId>().cloned();
    let is_head = request.method() == Method::HEAD;
    let preconditions = Preconditions::of(request.headers());
    let (mut response, flash, is_the_same_for_all) = match app.sessions.attach(&mut request).await {
        Ok(visit) => {
            let (response, flash) = visit.finish(next.run(request).await).await;
            let without_flashes = flash.is_empty() && !visit.has_waiting_flashes();
            (response, flash, without_flashes)
        }
        Err(error) => (error.into_response(), Vec::new(), false),
    };
    let is_cacheable = is_the_same_for_all
        && response.status() == StatusCode::OK
        && response.extensions().get::<Cacheable>().is_some();
    let body = write_body(&mut response, flash, request_id);
    for (name, value) in COMMON_HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if is_cacheable {
        response.headers_mut().insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        );
        apply_etag(&mut response, &preconditions, &body);
    }
    compress(&mut response, &preconditions, &body);
    if is_head {
        *response.body_mut() = Body::empty();
    }
    response
}

const COMMON_HEADERS: [(HeaderName, &str); 4] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::VARY, "Cookie, Authorization, Accept-Encoding"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
];

/// Writes the envelope as the response's body. A redirect or a document keeps its own.
fn write_body(response: &mut Response, flash: Vec<Flash>, request_id: Option<RequestId>) -> Bytes {
    if response.status().is_redirection() {
        return Bytes::new();
    }
    let body = response
        .extensions_mut()
        .remove::<EnvelopeBody>()
        .unwrap_or_else(|| EnvelopeBody::Error(problem_of_status(response.status())));
    let outcome = match &body {
        EnvelopeBody::Data(data) => Outcome::Data(data.as_ref()),
        EnvelopeBody::Error(parts) => Outcome::Error(problem(parts, request_id)),
        EnvelopeBody::Document => return Bytes::new(),
    };
    let bytes = Bytes::from(serde_json::to_vec(&Envelope { outcome, flash }).unwrap_or_default());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    *response.body_mut() = Body::from(bytes.clone());
    bytes
}

/// The problem object that the client reads.
#[must_use]
pub fn problem(parts: &ProblemParts, request_id: Option<RequestId>) -> Problem {
    Problem {
        type_uri: "about:blank".to_owned(),
        title: parts
            .status
            .canonical_reason()
            .unwrap_or("Error")
            .to_owned(),
        status: parts.status.as_u16(),
        code: parts.code.to_owned(),
        detail: parts.detail.clone(),
        request_id: request_id.map(|id| id.0).unwrap_or_default(),
        fields: parts.fields.clone(),
    }
}
