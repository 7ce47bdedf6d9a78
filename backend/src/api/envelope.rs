//! Writes every response body under `/api`.
//!
//! Handlers return a [`Reply`] or an [`ApiError`]. Both put the content of the body into an extension of
//! the response. [`envelope`] writes the body from it and from the session's flashes. A response of a
//! layer or of axum has no such extension. Its problem is made of its status.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use shared::envelope::{Envelope, Outcome};
use shared::flash::Flash;
use shared::problem::Problem;

use crate::answers::{Answers, KeptAnswer, Key};
use crate::app::App;
use crate::error::{ApiError, EnvelopeBody, ProblemParts, problem_of_status};
use crate::http::answer::{Answer, write_once};
use crate::http::conditional::Preconditions;
use crate::http::security_headers::add_defaults;
use crate::telemetry::{RequestId, current_request_id};

const JSON: &str = "application/json";

/// A successful answer.
pub struct Reply {
    status: StatusCode,
    data: Data,
}

enum Data {
    /// JSON.
    Own(Bytes),
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
        let data = serde_json::to_vec(data).map_err(ApiError::internal)?;
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
    let mut bytes = DATA.to_vec();
    serde_json::to_writer(&mut bytes, data).map_err(ApiError::internal)?;
    let data = DATA.len()..bytes.len();
    bytes.extend_from_slice(NO_FLASH);
    let caching = HeaderValue::from_static("private, no-cache");
    Ok(Answer::new(JSON, bytes)
        .with_header(header::CACHE_CONTROL, caching)
        .with_header(header::VARY, VARY)
        .with_part(data))
}

/// The beginning of an envelope, and the end of one without flashes. They must match the type [`Envelope`].
const DATA: &[u8] = b"{\"data\":";
const FLASH: &[u8] = b",\"flash\":";
const NO_FLASH: &[u8] = b",\"flash\":[]}";

/// The envelope of data that is JSON already.
fn envelope_of_json(data: &[u8], flash: &[Flash]) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(DATA.len() + data.len() + NO_FLASH.len());
    bytes.extend_from_slice(DATA);
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(FLASH);
    serde_json::to_writer(&mut bytes, flash)?;
    bytes.push(b'}');
    Ok(bytes)
}

const VARY: HeaderValue = HeaderValue::from_static("Cookie, Authorization, Accept-Encoding");

/// The headers of every envelope. A handler's own value wins.
static COMMON_HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| {
    let mut headers = HeaderMap::with_capacity(24);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, VARY);
    add_defaults(&mut headers);
    headers
});

/// Opens the session of a request, and puts what the handler returns into an envelope together with
/// the session's flashes.
pub async fn envelope<F: Future<Output = Response>>(
    app: &App,
    mut request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let client = app.trusted_proxies.client_of(&request);
    let preconditions = Preconditions::of(&request);
    let attached = app.sessions.attach(&mut request, client).await;
    let (mut response, flash, flashes_wait) = match attached {
        Ok(visit) => {
            let (response, flash) = visit.finish(next(request).await).await;
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
    let own = std::mem::replace(response.headers_mut(), COMMON_HEADERS.clone());
    if !own.is_empty() {
        response.headers_mut().extend(own);
    }
    let body = response.extensions_mut().remove::<EnvelopeBody>();
    let has_own_body =
        response.status().is_redirection() || matches!(body, Some(EnvelopeBody::Document));
    if !has_own_body {
        let status = response.status();
        let of_error = |parts: &ProblemParts| {
            let outcome = Outcome::<()>::Error(problem(parts, current_request_id()));
            serde_json::to_vec(&Envelope {
                outcome,
                flash: flash.clone(),
            })
        };
        let bytes = match (&kept, &body) {
            (Some(kept), _) => envelope_of_json(kept.part(), &flash),
            (None, Some(EnvelopeBody::Data(data))) => envelope_of_json(data, &flash),
            (None, Some(EnvelopeBody::Error(parts))) => of_error(parts),
            _ => of_error(&problem_of_status(status)),
        };
        let bytes = Bytes::from(bytes.unwrap_or_default());
        write_once(&mut response, JSON, bytes, &preconditions);
        if preconditions.is_head && (flashes_wait || !status.is_success()) {
            // The GET would deliver flashes, and be longer.
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
    }
    response
}

/// The kept answer, with the session's cookie if that changed.
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
        request_id: request_id.map_or_else(String::new, |id| id.as_str().to_owned()),
        fields: parts.fields.clone(),
    }
}
