//! The error that every handler returns.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::problem::code;

use crate::store::StoreError;
use crate::telemetry::Chain;

/// Why a request failed.
///
/// The cause of a 5xx is logged here, once. The client gets a sentence without it.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// 400: the request can't be understood; the sentence says why.
    #[error("{0}")]
    BadRequest(String),
    /// 401: an invalid Bearer token.
    #[error("invalid bearer token")]
    InvalidToken,
    /// 403: an unsafe request made by another site's page.
    #[error("cross-site request")]
    CrossSiteRequest,
    /// 421: the request's `Host` is another site's.
    #[error("another site's host: {host}")]
    OtherHost {
        /// The name in `Host`, without the port.
        host: String,
    },
    /// 404: no such path.
    #[error("no such path")]
    NotFound,
    /// 404: no such blog.
    #[error("no blog has the id {id}")]
    BlogNotFound {
        /// The id in the request.
        id: String,
    },
    /// 404: no such page of the site's own.
    #[error("no page has the slug {slug}")]
    PageNotFound {
        /// The slug in the request.
        slug: String,
    },
    /// 422: invalid values.
    #[error("invalid values")]
    Invalid {
        /// One sentence that names the fault.
        detail: String,
        /// Sentences for each field, by its name.
        fields: BTreeMap<String, Vec<String>>,
    },
    /// 422: an `Idempotency-Key` was sent again with another body.
    #[error("idempotency key reused")]
    IdempotencyKeyReused,
    /// 429: the client's rate is used up.
    #[error("too many requests")]
    TooManyRequests {
        /// The seconds after which the client may try again.
        retry_after_seconds: u64,
    },
    /// 503: the blogs' source can't be reached and there is no copy of it.
    #[error("the source can't be reached and there is no copy of it")]
    SourceUnavailable {
        /// The seconds after which the server reads the source again.
        retry_after_seconds: u64,
    },
    /// 503: the database can't be used right now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// 503: too many requests at once, or one that took too long.
    #[error("too many requests at once, or too slow an answer")]
    Overloaded,
    /// A status that axum or a layer chose, such as 405 or 413.
    #[error("{0}")]
    Status(StatusCode),
    /// 500: a fault of the server.
    #[error("{0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl ApiError {
    /// A 429 for a client that has to wait for `wait`.
    #[must_use]
    pub fn too_many(wait: Duration) -> Self {
        Self::TooManyRequests {
            retry_after_seconds: wait.as_secs() + u64::from(wait.subsec_nanos() > 0),
        }
    }

    /// A 500. The cause is only logged.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The problem object that the client gets, except for the parts that the envelope adds.
    #[must_use]
    pub fn problem(&self) -> ProblemParts {
        let mut fields_at_fault = None;
        let (status, code, detail) = match self {
            Self::BadRequest(detail) => (StatusCode::BAD_REQUEST, code::BAD_REQUEST, detail.clone()),
            Self::InvalidToken => (
                StatusCode::UNAUTHORIZED,
                code::INVALID_TOKEN,
                "The token is not valid, or no longer. POST /api/v1/session without it gets a new one.".to_owned(),
            ),
            Self::CrossSiteRequest => (
                StatusCode::FORBIDDEN,
                code::CROSS_SITE_REQUEST,
                "This request came from another site's page. Send it from this site, or with a Bearer token.".to_owned(),
            ),
            Self::OtherHost { host } => (
                StatusCode::MISDIRECTED_REQUEST,
                code::MISDIRECTED_REQUEST,
                format!("This server is not {host}. Its operator can allow that name with --allowed-hosts {host}."),
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                code::NOT_FOUND,
                "The API has no such path.".to_owned(),
            ),
            Self::BlogNotFound { id } => (
                StatusCode::NOT_FOUND,
                code::BLOG_NOT_FOUND,
                format!("No blog has the id {id}."),
            ),
            Self::PageNotFound { slug } => (
                StatusCode::NOT_FOUND,
                code::PAGE_NOT_FOUND,
                format!("No page has the slug {slug}."),
            ),
            Self::Invalid { detail, fields } => {
                fields_at_fault = Some(fields.clone()).filter(|fields| !fields.is_empty());
                (
                    StatusCode::UNPROCESSABLE_ENTITY,
                    code::VALIDATION_FAILED,
                    detail.clone(),
                )
            }
            Self::IdempotencyKeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                code::IDEMPOTENCY_KEY_REUSED,
                "This Idempotency-Key was sent before, with another message. Send this one with a new key.".to_owned(),
            ),
            Self::TooManyRequests { .. } => {
                let (code, detail) = of_status(StatusCode::TOO_MANY_REQUESTS);
                (StatusCode::TOO_MANY_REQUESTS, code, detail.to_owned())
            }
            Self::SourceUnavailable { .. } => (
                StatusCode::SERVICE_UNAVAILABLE,
                code::SOURCE_UNAVAILABLE,
                "The blogs can't be fetched right now. Try again in a moment.".to_owned(),
            ),
            Self::Status(status) => {
                let (code, detail) = of_status(*status);
                (*status, code, detail.to_owned())
            }
            Self::Store(_) | Self::Overloaded => {
                let (code, detail) = of_status(StatusCode::SERVICE_UNAVAILABLE);
                (StatusCode::SERVICE_UNAVAILABLE, code, detail.to_owned())
            }
            Self::Internal(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                code::INTERNAL_ERROR,
                of_status(StatusCode::INTERNAL_SERVER_ERROR).1.to_owned(),
            ),
        };
        ProblemParts {
            status,
            code,
            detail,
            fields: fields_at_fault,
        }
    }
}

/// The problem object of a response that a layer or axum itself made.
#[must_use]
pub fn problem_of_status(status: StatusCode) -> ProblemParts {
    ApiError::Status(status).problem()
}

fn of_status(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::NOT_FOUND => (code::NOT_FOUND, "The API has no such path."),
        StatusCode::METHOD_NOT_ALLOWED => (
            code::METHOD_NOT_ALLOWED,
            "This path does not answer that method; `Allow` lists those that it does.",
        ),
        StatusCode::REQUEST_TIMEOUT => (
            code::REQUEST_TIMEOUT,
            "The request took too long to arrive.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            (code::PAYLOAD_TOO_LARGE, "The body is larger than 64 KiB.")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (
            code::UNSUPPORTED_MEDIA_TYPE,
            "The body is of a type that this path does not read.",
        ),
        StatusCode::TOO_MANY_REQUESTS => (
            code::TOO_MANY_REQUESTS,
            "Too many requests. Try again later.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            code::SERVICE_UNAVAILABLE,
            "The server can't answer right now. Try again in a moment.",
        ),
        status if status.is_client_error() => {
            (code::REQUEST_FAILED, "The request can't be answered.")
        }
        _ => (
            code::INTERNAL_ERROR,
            "Something went wrong on our side. Quote the request id when you ask for help.",
        ),
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let mut response = problem.status.into_response();
        match &self {
            Self::InvalidToken => {
                response.headers_mut().insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer error=\"invalid_token\""),
                );
            }
            Self::SourceUnavailable {
                retry_after_seconds,
            }
            | Self::TooManyRequests {
                retry_after_seconds,
            } => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_seconds));
            }
            Self::Status(StatusCode::SERVICE_UNAVAILABLE) => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            Self::Store(cause) => {
                cause.log("Request failed");
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            Self::Overloaded => {
                tracing::warn!("Request refused: too many at once, or too slow an answer");
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            Self::Internal(cause) => {
                tracing::error!(cause = %Chain(cause.as_ref()), "Request failed");
            }
            _ => {}
        }
        response
            .extensions_mut()
            .insert(EnvelopeBody::Error(problem));
        response
    }
}

/// The content from which the envelope layer makes a response's body. An extension of the response.
#[derive(Debug, Clone)]
pub enum EnvelopeBody {
    /// JSON for the envelope's `data`.
    Data(Bytes),
    /// The parts of the envelope's `error`.
    Error(ProblemParts),
    /// The response has a body of its own, such as the API's description, and gets no envelope.
    Document,
}

/// The parts of a problem object that depend on the error. The envelope layer adds the rest.
#[derive(Debug, Clone)]
pub struct ProblemParts {
    /// The response's status.
    pub status: StatusCode,
    /// One of [`shared::problem::code`].
    pub code: &'static str,
    /// One sentence for people.
    pub detail: String,
    /// Sentences for each invalid field, by its name; only with 422.
    pub fields: Option<BTreeMap<String, Vec<String>>>,
}
