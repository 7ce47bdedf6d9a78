//! Extractors that fail with an [`ApiError`], so that their failures come in envelopes too.

use std::convert::Infallible;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use shared::flash::Category;
use shared::route::{BlogsQuery, SearchQuery};

use crate::api::body_fields::{self, Field, FieldErrors, FromFields};
use crate::error::ApiError;
use crate::session::Visit;

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

/// A query that is never refused. An absent one reads as an empty one.
pub struct LenientQuery<T>(pub T);

impl<S: Sync> FromRequestParts<S> for LenientQuery<BlogsQuery> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(BlogsQuery::parse(
            parts.uri.query().unwrap_or_default(),
        )))
    }
}

impl<S: Sync> FromRequestParts<S> for LenientQuery<SearchQuery> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(SearchQuery::parse(
            parts.uri.query().unwrap_or_default(),
        )))
    }
}

/// A JSON object with valid values.
///
/// Another content type is 415, too many bytes are 413, a body that is not JSON is 400. Other JSON
/// than an object, and invalid values, are 422 with a flash.
pub struct ValidatedJson<T>(pub T);

impl<S, T> FromRequest<S> for ValidatedJson<T>
where
    S: Send + Sync,
    T: FromFields + Send,
{
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let visit = Visit::from_request_parts(&mut parts, state).await?;
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
        read.map(Self).map_err(|errors| errors.flash_to(&visit))
    }
}

impl FieldErrors {
    /// Flashes the faults, and makes them a 422.
    pub fn flash_to(self, visit: &Visit) -> ApiError {
        visit.flash(Category::Error, self.detail.as_str());
        ApiError::Invalid {
            detail: self.detail,
            fields: self.fields,
        }
    }
}

/// The faults of a body that is not an object: all fields are missing.
fn no_object(of_empty: Option<FieldErrors>) -> FieldErrors {
    FieldErrors {
        detail: "The body must be a JSON object.".to_owned(),
        fields: of_empty.map(|refusal| refusal.fields).unwrap_or_default(),
    }
}

/// The fields of an `application/x-www-form-urlencoded` body, in their order, with line ends as `\n`
/// (HTML forms send CR LF).
pub struct FormFields(pub Vec<Field>);

impl<S: Send + Sync> FromRequest<S> for FormFields {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !has_content_type(request.headers(), "application/x-www-form-urlencoded") {
            return Err(ApiError::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = whole_body(request, state).await?;
        // `form_urlencoded` would replace bytes that are not UTF-8 by U+FFFD.
        if percent_encoding::percent_decode(&body)
            .decode_utf8()
            .is_err()
        {
            return Err(ApiError::BadRequest(
                "The form can't be read: it must be percent-encoded UTF-8.".to_owned(),
            ));
        }
        let pairs = form_urlencoded::parse(&body);
        let fields = pairs.map(|(name, value)| Field {
            name: name.replace("\r\n", "\n"),
            text: Ok(value.replace("\r\n", "\n")),
        });
        Ok(Self(fields.collect()))
    }
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

/// The request's `Idempotency-Key`, if it has one. Requests with the same key are handled once.
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
