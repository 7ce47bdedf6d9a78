//! Problem details (RFC 9457): the `error` of an envelope.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why a request failed, for people and for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI that names the kind of problem (RFC 9457, section 3.1.1): `about:blank`, since `code`
    /// tells kinds apart.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The reason phrase of the status.
    pub title: String,
    /// The HTTP status code of the response.
    pub status: u16,
    /// A stable word for programs, such as `not_found`.
    pub code: String,
    /// One sentence for people. On a 5xx it never contains the cause.
    pub detail: String,
    /// The `X-Request-Id` of the response, to quote when asking for help.
    pub request_id: String,
    /// Only on 422: sentences for people, by the name of the invalid field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<BTreeMap<String, Vec<String>>>,
}

/// The values of [`Problem::code`].
pub mod code {
    /// 400: the request can't be understood.
    pub const BAD_REQUEST: &str = "bad_request";
    /// 401: the Bearer token is malformed, expired, forged or revoked.
    pub const INVALID_TOKEN: &str = "invalid_token";
    /// 403: an unsafe request that another site made.
    pub const CROSS_SITE_REQUEST: &str = "cross_site_request";
    /// 404: no such path.
    pub const NOT_FOUND: &str = "not_found";
    /// 404: no blog has this id.
    pub const BLOG_NOT_FOUND: &str = "blog_not_found";
    /// 404: the site has no such page.
    pub const PAGE_NOT_FOUND: &str = "page_not_found";
    /// 405: the path exists, the method doesn't; `Allow` lists those that do.
    pub const METHOD_NOT_ALLOWED: &str = "method_not_allowed";
    /// 408: the request took too long to arrive.
    pub const REQUEST_TIMEOUT: &str = "request_timeout";
    /// 413: the body is larger than the server takes.
    pub const PAYLOAD_TOO_LARGE: &str = "payload_too_large";
    /// 415: the body is of a type that the endpoint does not read.
    pub const UNSUPPORTED_MEDIA_TYPE: &str = "unsupported_media_type";
    /// 421: the `Host` is not one of this site's.
    pub const MISDIRECTED_REQUEST: &str = "misdirected_request";
    /// 422: the request was understood, and a value in it is invalid.
    pub const VALIDATION_FAILED: &str = "validation_failed";
    /// 422: the `Idempotency-Key` was sent before, with another body.
    pub const IDEMPOTENCY_KEY_REUSED: &str = "idempotency_key_reused";
    /// 429: too many requests; `Retry-After` says when to come back.
    pub const TOO_MANY_REQUESTS: &str = "too_many_requests";
    /// 500: a fault of the server's.
    pub const INTERNAL_ERROR: &str = "internal_error";
    /// 503: the blogs' source can't be reached and there is no copy of it.
    pub const SOURCE_UNAVAILABLE: &str = "source_unavailable";
    /// 503: the server can't serve right now.
    pub const SERVICE_UNAVAILABLE: &str = "service_unavailable";
    /// Any other 4xx.
    pub const REQUEST_FAILED: &str = "request_failed";
}
