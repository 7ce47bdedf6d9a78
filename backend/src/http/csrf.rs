//! Refuses requests that pages of other sites make in a visitor's name: cross-site request forgery
//! (OWASP ASVS 5.0, V3.5).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};

use url::Url;

use crate::error::ApiError;
use crate::public_url::PublicUrl;
use crate::session::credentials::bearer_token;

/// Refuses an unsafe request that a page of another origin made.
///
/// `Sec-Fetch-Site` decides. `Origin` decides when that is missing or has an unknown value. A request
/// with a Bearer token passes, since no browser adds one by itself.
///
/// # Errors
/// [`ApiError::CrossSiteRequest`].
pub fn refuse_cross_site(request: &Request, public_url: &PublicUrl) -> Result<(), ApiError> {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    );
    let headers = request.headers();
    if safe || bearer_token(headers).is_some() || !is_cross_site(headers, public_url.origin()) {
        Ok(())
    } else {
        Err(ApiError::CrossSiteRequest)
    }
}

fn is_cross_site(headers: &HeaderMap, public_origin: &str) -> bool {
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(b"cross-site" | b"same-site") => return true,
        Some(b"same-origin" | b"none") => return false,
        _ => {}
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return false;
    };
    let Ok(origin) = origin.to_str() else {
        return true;
    };
    if origin == public_origin {
        return false;
    }
    let Some(origin) = web_origin(origin) else {
        return true;
    };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    // A proxy may terminate TLS, so the scheme is taken from the origin.
    let own = host.and_then(|host| web_origin(&format!("{}://{host}", origin.scheme())));
    own.is_none_or(|own| own.origin() != origin.origin())
}

/// Reads an origin of http or https. Parsing puts its host in lower case and drops a default port.
fn web_origin(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_origin = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    (matches!(url.scheme(), "http" | "https") && is_origin).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cross_site(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| {
                (
                    axum::http::HeaderName::from_static(name),
                    axum::http::HeaderValue::from_static(value),
                )
            })
            .collect();
        is_cross_site(&headers, "https://blog.example")
    }

    #[test]
    fn fetch_metadata_decides_first() {
        assert!(cross_site(&[("sec-fetch-site", "cross-site")]));
        assert!(cross_site(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://blog.example")
        ]));
        assert!(!cross_site(&[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://else.example")
        ]));
        assert!(!cross_site(&[("sec-fetch-site", "none")]));
    }

    #[test]
    fn origin_decides_where_there_is_none() {
        assert!(!cross_site(&[]));
        for unknown in ["", "Cross-Site", "cross-site, none", "future-value"] {
            let foreign = ("origin", "https://else.example");
            assert!(cross_site(&[("sec-fetch-site", unknown), foreign]));
            let own = ("origin", "https://blog.example");
            assert!(!cross_site(&[("sec-fetch-site", unknown), own]));
        }
        assert!(!cross_site(&[("origin", "https://blog.example")]));
        assert!(!cross_site(&[
            ("origin", "http://10.0.0.1:3000"),
            ("host", "10.0.0.1:3000")
        ]));
        for (origin, host) in [
            ("http://example.org", "example.org:80"),
            ("https://example.org", "example.org:443"),
            ("https://example.org:8443", "example.org:8443"),
            ("http://example.org", "EXAMPLE.org"),
            ("https://blog.example", "other.example"),
            ("http://[::1]:3000", "[::1]:3000"),
        ] {
            let headers = [("origin", origin), ("host", host)];
            assert!(!cross_site(&headers), "{origin} {host}");
        }
        for (origin, host) in [
            ("http://example.org", "example.org:443"),
            ("https://example.org", "example.org:80"),
            ("https://example.org:8443", "example.org"),
            ("https://example.org", "example.org.attacker.example"),
            ("https://example.org/", "other.example"),
        ] {
            let headers = [("origin", origin), ("host", host)];
            assert!(cross_site(&headers), "{origin} {host}");
        }
        assert!(cross_site(&[("origin", "null"), ("host", "blog.example")]));
        assert!(cross_site(&[
            ("origin", "https://blog.example.attacker.example"),
            ("host", "blog.example")
        ]));
        assert!(cross_site(&[("origin", "https://blog.example:444")]));
        assert!(cross_site(&[
            ("origin", "ftp://blog.example"),
            ("host", "blog.example")
        ]));
    }
}
