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
    let lines = headers.get_all(header::COOKIE).into_iter().rev();
    lines
        .flat_map(|line| from_the_last(line.as_bytes()))
        .filter_map(move |pair| {
            let value = pair.trim_ascii().strip_prefix(name.as_bytes())?;
            // Other cookies can hold any bytes. They must not hide ours.
            str::from_utf8(value.strip_prefix(b"=")?).ok()
        })
        .take(MAX_COOKIES)
}

/// The pairs of a line, the last first.
fn from_the_last(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut end = Some(line.len());
    std::iter::from_fn(move || {
        let rest = line.get(..end?)?;
        end = memchr::memrchr(b';', rest);
        rest.get(end.map_or(0, |separator| separator + 1)..)
    })
}
