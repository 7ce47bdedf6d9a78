//! The one place where a response body under `/api` is written.
//!
//! Handlers return a [`Reply`] or an [`ApiError`]; both leave a [`EnvelopeBody`] on the response, and
//! the [`envelope`] layer puts it into the envelope together with the session's flash messages. A
//! response that a layer or axum itself made has no payload: its status becomes the problem. Only a
//! form that a person sent fails with a page.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use shared::envelope::{Envelope, Outcome};
use shared::flash::Flash;
use shared::problem::Problem;
use shared::route::Route;

use crate::app::App;
use crate::error::{ApiError, problem_of_status};
use crate::error::{EnvelopeBody, ProblemParts};
use crate::http::conditional::{Preconditions, apply_etag, compress};
use crate::session::Visit;
use crate::site::error_page::{accepts_html, explain_form_failure};
use crate::telemetry::Chain;
use crate::telemetry::RequestId;

/// A successful answer.
pub struct Reply {
    status: StatusCode,
    data: Arc<RawValue>,
    cacheable: bool,
}

/// Marks a response that a client may keep, and ask for anew by its validator.
#[derive(Clone)]
struct Cacheable;

impl Reply {
    /// 200 with `data`.
    ///
    /// # Errors
    /// When `data` can't be written as JSON.
    pub fn ok(data: &impl Serialize) -> Result<Self, ApiError> {
        Self::with_status(StatusCode::OK, data)
    }

    /// 201 with `data`.
    ///
    /// # Errors
    /// When `data` can't be written as JSON.
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

    /// Lets the client keep the answer and ask for it anew by its validator, when it comes
    /// without a message.
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

/// Middleware around everything that answers in envelopes: finds the session, and writes body,
/// cookie and security headers of whatever comes back.
pub async fn envelope(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .map_or_else(String::new, |id| id.0.clone());
    let method = request.method().clone();
    let preconditions = Preconditions::of(request.headers());
    let delivers = delivers_flashes(&method, request.headers());
    let is_form_of_a_person = method == Method::POST
        && request.uri().path() == Route::Contact.href()
        && accepts_html(request.headers());
    let (visit, mut response) = match app.sessions.open(request.headers()).await {
        Ok(visit) => {
            request.extensions_mut().insert(visit.clone());
            (Some(visit), next.run(request).await)
        }
        Err(error) => (None, error.into_response()),
    };
    // The cookie first: should signing fail, no message has been taken yet.
    if let Some(visit) = &visit
        && let Err(error) = visit.write_headers(response.headers_mut())
    {
        response = error.into_response();
    }
    let fails_with_page = |response: &Response| {
        let status = response.status();
        is_form_of_a_person && (status.is_client_error() || status.is_server_error())
    };
    let enveloped = !response.status().is_redirection()
        && !matches!(response.extensions().get(), Some(EnvelopeBody::Document));
    let mut flash = Vec::new();
    if let Some(visit) = &visit {
        if fails_with_page(&response) {
            flash = visit.take_own_flashes();
        } else if delivers && enveloped {
            flash = visit.deliver_flashes().await;
        } else if let Err(error) = visit.keep_flashes().await {
            (response, flash) = flash_now_or_fail(visit, response, error);
        }
    }
    let cacheable = response.extensions().get::<Cacheable>().is_some()
        && flash.is_empty()
        && !visit.as_ref().is_some_and(Visit::has_waiting_flashes);
    let mut body = Bytes::new();
    if fails_with_page(&response) {
        response.extensions_mut().remove::<EnvelopeBody>();
        explain_form_failure(&mut response, &flash, &request_id);
    } else if !response.status().is_redirection() {
        (response, body) = write_body(response, flash, request_id);
    }
    for (name, value) in COMMON_HEADERS {
        response
            .headers_mut()
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if cacheable && response.status() == StatusCode::OK {
        response.headers_mut().insert(
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-cache"),
        );
        apply_etag(&mut response, &preconditions, &body);
    }
    compress(&mut response, &preconditions, &body);
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// What a handler flashed can't wait. A redirect that would hide from a person that something was
/// not done gives way to an answer that says it; what was done was done, and stays answered so.
fn flash_now_or_fail(visit: &Visit, redirect: Response, error: ApiError) -> (Response, Vec<Flash>) {
    if redirect.status().is_redirection() && visit.holds_bad_news() {
        let mut response = error.into_response();
        if let Some(cookie) = redirect.headers().get(header::SET_COOKIE) {
            response
                .headers_mut()
                .insert(header::SET_COOKIE, cookie.clone());
        }
        return (response, visit.take_own_flashes());
    }
    tracing::error!(cause = %Chain(&error), "A message can't wait for the session's next envelope");
    (redirect, Vec::new())
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

/// HEAD, OPTIONS and prefetches are asked by machines: nobody would see the messages. A browser
/// marks its own prefetches by `Sec-Purpose`; a script, which must not set such a name (Fetch
/// Standard, section 2.2.2), by the `Purpose` that browsers used before.
fn delivers_flashes(method: &Method, headers: &HeaderMap) -> bool {
    let prefetch = ["sec-purpose", "purpose"].iter().any(|name| {
        headers.get_all(*name).iter().any(|value| {
            value
                .to_str()
                .is_ok_and(|purpose| purpose.contains("prefetch"))
        })
    });
    method != Method::HEAD && method != Method::OPTIONS && !prefetch
}

fn write_body(mut response: Response, flash: Vec<Flash>, request_id: String) -> (Response, Bytes) {
    let payload = response
        .extensions_mut()
        .remove::<EnvelopeBody>()
        .unwrap_or_else(|| EnvelopeBody::Error(problem_of_status(response.status())));
    let outcome = match &payload {
        EnvelopeBody::Data(data) => Outcome::Data(data.as_ref()),
        EnvelopeBody::Error(parts) => Outcome::Error(problem(parts, request_id)),
        EnvelopeBody::Document => return (response, Bytes::new()),
    };
    let body = Bytes::from(serde_json::to_vec(&Envelope { outcome, flash }).unwrap_or_default());
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = Body::from(body.clone());
    (response, body)
}

fn problem(parts: &ProblemParts, request_id: String) -> Problem {
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
        request_id,
        fields: parts.fields.clone(),
    }
}
