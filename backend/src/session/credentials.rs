//! The credentials of a request: a Bearer token or a cookie.

use axum::http::{HeaderMap, header};

/// The most cookies of one name that are read.
const MAX_COOKIES: usize = 4;

/// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1). Other schemes are ignored.
#[must_use]
pub fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?;
    let Ok(text) = value.to_str() else {
        return value
            .as_bytes()
            .get(..7)
            .is_some_and(|s| s.eq_ignore_ascii_case(b"bearer "))
            .then_some("");
    };
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The values of the cookies called `name`, the last one first. Browsers send cookies with longer
/// paths first (RFC 6265, section 5.4), and ours has the shortest path. On plain http another page of
/// the host can set one with a longer path, which must not win.
pub fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        // Other cookies can hold any bytes. They must not hide ours.
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| str::from_utf8(pair).ok()?.trim().split_once('='))
        .filter(move |(key, _)| *key == name)
        .map(|(_, value)| value)
        .rev()
        .take(MAX_COOKIES)
}
