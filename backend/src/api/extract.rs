//! Extractors whose refusals are [`ApiError`]s, so that they too come in envelopes.

use std::num::IntErrorKind;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use shared::blog::{DEFAULT_PER_PAGE, MAX_PER_PAGE};
use shared::flash::Category;

use crate::api::body_fields::{self, Field, FieldErrors, FromFields};
use crate::cache::PageRequest;
use crate::error::ApiError;
use crate::session::MaybeSession;

/// A path parameter.
pub struct Path<T>(pub T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(ApiError::BadRequest(
                "The path can't be read: it must be percent-encoded UTF-8.".to_owned(),
            )),
        }
    }
}

/// `?page=&per_page=&category=&tag=` of a list. Never an error: a number out of range is brought into
/// it, anything else is the default. Of a repeated parameter the first one counts.
impl<S: Send + Sync> FromRequestParts<S> for PageRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let pairs = query_pairs(parts, state).await;
        let first = |name| first_value(&pairs, name);
        let filter = |name| first(name).filter(|value| !value.is_empty());
        Ok(Self {
            page: first("page")
                .map_or(1, |text| lenient_number(text, 1))
                .max(1),
            per_page: first("per_page")
                .map_or(DEFAULT_PER_PAGE, |text| {
                    lenient_number(text, DEFAULT_PER_PAGE)
                })
                .clamp(1, MAX_PER_PAGE),
            category: filter("category").map(str::to_owned),
            tag: filter("tag").map(str::to_owned),
        })
    }
}

/// `?q=`, trimmed; empty when there is none. Of a repeated parameter the first one counts.
pub struct SearchWords(pub String);

impl<S: Send + Sync> FromRequestParts<S> for SearchWords {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let pairs = query_pairs(parts, state).await;
        let query = first_value(&pairs, "q").unwrap_or_default();
        Ok(Self(query.to_owned()))
    }
}

async fn query_pairs<S: Send + Sync>(parts: &mut Parts, state: &S) -> Vec<(String, String)> {
    Query::from_request_parts(parts, state)
        .await
        .map_or_else(|_| Vec::new(), |Query(pairs)| pairs)
}

fn first_value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let (_, value) = pairs.iter().find(|(key, _)| key == name)?;
    Some(value.trim())
}

fn lenient_number(text: &str, default: u32) -> u32 {
    match text.parse::<i64>() {
        Ok(number) => u32::try_from(number.max(0)).unwrap_or(u32::MAX),
        Err(error) => match error.kind() {
            IntErrorKind::PosOverflow => u32::MAX,
            IntErrorKind::NegOverflow => 0,
            _ => default,
        },
    }
}

/// A JSON object that will do.
///
/// Refused are: another content type (415), too many bytes (413), what is no JSON (400), and with
/// a flash what is no object or holds values that won't do (422).
pub struct ValidatedJson<T>(pub T);

impl<S, T> FromRequest<S> for ValidatedJson<T>
where
    S: Send + Sync,
    T: FromFields + Send,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let session = MaybeSession::from_request_parts(&mut parts, state).await?;
        if !has_content_type(&parts.headers, "application/json") {
            return Err(ApiError::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = whole_body(Request::from_parts(parts, body), state).await?;
        let read = match body_fields::of_object(&body) {
            Ok(fields) => T::from_fields(fields),
            Err(error) if error.is_data() => Err(no_object(T::from_fields(Vec::new()).err())),
            Err(error) => {
                return Err(ApiError::BadRequest(format!(
                    "The body is no JSON: {error}."
                )));
            }
        };
        read.map(Self).map_err(|refusal| refusal.told_to(&session))
    }
}

impl FieldErrors {
    /// Tells the person, and the client.
    pub fn told_to(self, session: &MaybeSession) -> ApiError {
        session.flash(Category::Error, self.detail.as_str());
        ApiError::Invalid {
            detail: self.detail,
            fields: self.fields,
        }
    }
}

/// What is no object has none of the fields.
fn no_object(of_empty: Option<FieldErrors>) -> FieldErrors {
    FieldErrors {
        detail: "The body must be a JSON object.".to_owned(),
        fields: of_empty.map(|refusal| refusal.fields).unwrap_or_default(),
    }
}

/// The fields of an `application/x-www-form-urlencoded` body, in their order, with newlines as
/// `\n` (HTML forms send CR LF).
pub struct FormFields(pub Vec<Field>);

impl<S: Send + Sync> FromRequest<S> for FormFields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !has_content_type(request.headers(), "application/x-www-form-urlencoded") {
            return Err(ApiError::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = whole_body(request, state).await?;
        let fields = body
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let mut halves = pair.splitn(2, |byte| *byte == b'=');
                let mut half = || form_text(halves.next().unwrap_or_default());
                Some(Field {
                    name: half()?,
                    text: Ok(half()?),
                })
            })
            .collect::<Option<_>>();
        fields.map(Self).ok_or_else(|| {
            ApiError::BadRequest(
                "The form can't be read: it must be percent-encoded UTF-8.".to_owned(),
            )
        })
    }
}

/// Unlike a lenient reader, which would put other characters where bytes are no UTF-8.
fn form_text(encoded: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = encoded
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    let text = percent_encoding::percent_decode(&spaced)
        .decode_utf8()
        .ok()?;
    Some(text.replace("\r\n", "\n"))
}

fn has_content_type(headers: &HeaderMap, expected: &str) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(expected))
}

async fn whole_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection.status() {
            StatusCode::BAD_REQUEST => {
                ApiError::BadRequest("The body did not arrive whole.".to_owned())
            }
            status => ApiError::Status(status),
        })
}

/// The request's `Idempotency-Key`, if it has one: whoever repeats a request with it wants it done
/// once.
pub struct IdempotencyKey(pub Option<String>);

impl<S: Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else {
            return Ok(Self(None));
        };
        let well_formed = |key: &&str| {
            (1..=64).contains(&key.len())
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        match value.to_str().ok().filter(well_formed) {
            Some(key) if values.next().is_none() => Ok(Self(Some(key.to_owned()))),
            _ => Err(ApiError::BadRequest(
                "The Idempotency-Key must be one header of 1 to 64 letters, digits, - and _."
                    .to_owned(),
            )),
        }
    }
}
