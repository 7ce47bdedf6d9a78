//! Extractors whose refusals are [`ApiError`]s, so that they too come in envelopes.

use std::num::IntErrorKind;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use shared::blog::{DEFAULT_PER_PAGE, MAX_PER_PAGE};

use crate::cache::PageRequest;
use crate::error::ApiError;

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

/// `?page=&per_page=&category=` of a list. Never an error: a number out of range is brought into
/// it, anything else is the default. Of a repeated parameter the first one counts.
impl<S: Send + Sync> FromRequestParts<S> for PageRequest {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state)
            .await
            .map_or_else(|_| Vec::new(), |Query(pairs)| pairs);
        let first = |name: &str| {
            pairs
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.trim())
        };
        Ok(Self {
            page: first("page")
                .map_or(1, |text| lenient_number(text, 1))
                .max(1),
            per_page: first("per_page")
                .map_or(DEFAULT_PER_PAGE, |text| {
                    lenient_number(text, DEFAULT_PER_PAGE)
                })
                .clamp(1, MAX_PER_PAGE),
            category: first("category")
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
        })
    }
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
