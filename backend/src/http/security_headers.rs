//! Headers of every response (OWASP ASVS 5.0, V3.4).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;

/// The Content Security Policy of a document. `script_hashes` are the hashes of its inline scripts, such
/// as `'sha256-…'`.
#[must_use]
pub fn document_policy(script_hashes: &[String]) -> String {
    let mut scripts = "'self' 'wasm-unsafe-eval'".to_owned();
    for hash in script_hashes {
        scripts.push(' ');
        scripts.push_str(hash);
    }
    format!(
        "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' https: data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    )
}

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Default headers; a handler's own value wins.
const DEFAULTS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        PERMISSIONS_POLICY,
        "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Two years. Subdomains may have another owner, so they are not included.
const TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Adds those of [`DEFAULTS`] that are missing. A finished answer gets them once, when it is made.
pub fn add_defaults(headers: &mut HeaderMap) {
    for (name, value) in DEFAULTS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

/// Adds the headers that a response lacks. `https`: people reach the site by https.
#[must_use]
pub fn secure(mut response: Response, https: bool) -> Response {
    let headers = response.headers_mut();
    // Only `add_defaults` writes this header: a response with it has all of them.
    if !headers.contains_key(PERMISSIONS_POLICY) {
        add_defaults(headers);
    }
    // Never over http (RFC 6797, section 7.2).
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
    response
}
