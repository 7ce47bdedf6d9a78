//! Writes every response body under `/api`.
//!
//! Handlers return a [`Reply`] or an [`ApiError`]. Both leave in the response's extensions what its
//! body is made of, and the [`envelope`] layer writes the envelope from it and the session's flashes.
//! A response of a layer or of axum has no such extension; its status becomes the problem.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use shared::envelope::{Envelope, Outcome};
use shared::problem::Problem;

use crate::answers::{Answers, KeptAnswer, Key};
use crate::app::App;
use crate::error::{ApiError, EnvelopeBody, ProblemParts, problem_of_status};
use crate::http::answer::{Answer, write_once};
use crate::http::conditional::Preconditions;
use crate::telemetry::RequestId;

const JSON: &str = "application/json";

/// A successful answer.
pub struct Reply {
    status: StatusCode,
    data: Data,
}

enum Data {
    Own(Arc<RawValue>),
    Kept(KeptAnswer),
}

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

    /// 200 with data that is the same for all readers of a snapshot. It is written once, and a client
    /// can revalidate it. An answer with a flash is written for its one reader.
    ///
    /// # Errors
    /// Those of `data`, and when it can't be serialised.
    pub async fn kept<T: Serialize>(
        answers: &Answers,
        key: Key,
        data: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<Self, ApiError> {
        let write = async { kept_envelope(&data.await?) };
        Ok(Self {
            status: StatusCode::OK,
            data: Data::Kept(answers.get(key, write).await?),
        })
    }

    fn with_status(status: StatusCode, data: &impl Serialize) -> Result<Self, ApiError> {
        let data = to_raw_value(data).map_err(ApiError::internal)?;
        Ok(Self {
            status,
            data: Data::Own(data.into()),
        })
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        match self.data {
            Data::Own(data) => response.extensions_mut().insert(EnvelopeBody::Data(data)),
            Data::Kept(answer) => {
                response.extensions_mut().insert(answer);
                None
            }
        };
        response
    }
}

/// The envelope of `data` without flashes, as finished bytes.
fn kept_envelope(data: &impl Serialize) -> Result<Answer, ApiError> {
    let envelope = Envelope {
        outcome: Outcome::Data(data),
        flash: Vec::new(),
    };
    let bytes = serde_json::to_vec(&envelope).map_err(ApiError::internal)?;
    let mut answer = Answer::new(JSON, bytes);
    for (name, value) in COMMON_HEADERS {
        answer = answer.with_header(name, HeaderValue::from_static(value));
    }
    let caching = HeaderValue::from_static("private, no-cache");
    Ok(answer.with_header(header::CACHE_CONTROL, caching))
}

/// The data in the bytes of [`kept_envelope`].
fn data_of(envelope: &[u8]) -> Option<&RawValue> {
    let data = envelope
        .strip_prefix(b"{\"data\":")?
        .strip_suffix(b",\"flash\":[]}")?;
    serde_json::from_slice(data).ok()
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

/// Middleware: opens the session of a request, and puts what the handler returns into an envelope
/// together with the session's flashes.
pub async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if let Some(client) = app.trusted_proxies.client_of(&request) {
        request.extensions_mut().insert(client);
    }
    let request_id = request.extensions().get::<RequestId>().cloned();
    let preconditions = Preconditions::of(&request);
    let (mut response, flash, flashes_wait) = match app.sessions.attach(&mut request).await {
        Ok(visit) => {
            let (response, flash) = visit.finish(next.run(request).await).await;
            (response, flash, visit.has_waiting_flashes())
        }
        Err(error) => (error.into_response(), Vec::new(), false),
    };
    let kept = response.extensions_mut().remove::<KeptAnswer>();
    if let Some(kept) = &kept
        && flash.is_empty()
        && !flashes_wait
    {
        return finished(kept, &preconditions, &response);
    }
    let body = response.extensions_mut().remove::<EnvelopeBody>();
    let has_own_body =
        response.status().is_redirection() || matches!(body, Some(EnvelopeBody::Document));
    if !has_own_body {
        let status = response.status();
        let outcome = match (&kept, &body) {
            (Some(kept), _) => data_of(kept.bytes()).map(Outcome::Data),
            (None, Some(EnvelopeBody::Data(data))) => Some(Outcome::Data(data.as_ref())),
            (None, Some(EnvelopeBody::Error(parts))) => {
                Some(Outcome::Error(problem(parts, request_id.clone())))
            }
            _ => None,
        };
        let outcome = outcome
            .unwrap_or_else(|| Outcome::Error(problem(&problem_of_status(status), request_id)));
        let envelope = Envelope { outcome, flash };
        let bytes = Bytes::from(serde_json::to_vec(&envelope).unwrap_or_default());
        write_once(&mut response, JSON, bytes, &preconditions);
        if preconditions.is_head && (flashes_wait || !status.is_success()) {
            // The GET would deliver flashes, and be longer.
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
    }
    for (name, value) in COMMON_HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The kept answer with the cookie that the session may have got.
fn finished(kept: &KeptAnswer, preconditions: &Preconditions, response: &Response) -> Response {
    let mut finished = kept.respond(preconditions);
    if let Some(cookie) = response.headers().get(header::SET_COOKIE) {
        let headers = finished.headers_mut();
        headers.insert(header::SET_COOKIE, cookie.clone());
    }
    finished
}

/// The problem object that the client reads.
pub fn problem(parts: &ProblemParts, request_id: Option<RequestId>) -> Problem {
    let title = parts.status.canonical_reason().unwrap_or("Error");
    Problem {
        type_uri: "about:blank".to_owned(),
        title: title.to_owned(),
        status: parts.status.as_u16(),
        code: parts.code.to_owned(),
        detail: parts.detail.clone(),
        request_id: request_id.map(|id| id.0).unwrap_or_default(),
        fields: parts.fields.clone(),
    }
}
