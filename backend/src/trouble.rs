//! Failures of pages and files: a static page for people, a line for everybody else. It needs
//! neither the single-page app nor anything else that may be what failed.

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shared::route::document_title;

use crate::payload::Payload;
use crate::security_headers::document_policy;
use crate::shell::escaped;
use crate::telemetry::RequestId;

const PAGE: &str = include_str!("trouble.html");
const STYLES: &str = include_str!("trouble.css");

/// Whether whoever asks shows HTML to a person.
#[must_use]
pub fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|accept| accept.contains("text/html"))
    })
}

/// Middleware around pages and files: gives a failure that has no body yet its words.
pub async fn words_for_failures(request: Request, next: Next) -> Response {
    let is_head = request.method() == Method::HEAD;
    let wants_html = accepts_html(request.headers());
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    if is_failure && response.body().size_hint().exact() == Some(0) {
        // For an envelope, which there is none of here.
        response.extensions_mut().remove::<Payload>();
        write(&mut response, wants_html, id.as_ref());
    }
    if is_head {
        *response.body_mut() = Body::empty();
    }
    response
}

fn write(response: &mut Response, wants_html: bool, id: Option<&RequestId>) {
    let status = response.status();
    let (heading, text) = words(status);
    let id = id.map_or("", |id| id.0.as_str());
    let body = if wants_html {
        PAGE.replace("{title}", &escaped(&document_title(heading)))
            .replace("{status}", status.as_str())
            .replace("{heading}", heading)
            .replace("{text}", text)
            .replace("{id}", &escaped(id))
    } else {
        format!("{} {heading}: {text}\n", status.as_str())
    };
    let headers = response.headers_mut();
    let kind = if wants_html {
        if let Ok(policy) = HeaderValue::try_from(document_policy(&[])) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        "text/html; charset=utf-8"
    } else {
        "text/plain; charset=utf-8"
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("Accept"));
    *response.body_mut() = Body::from(body);
}

fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::BAD_REQUEST => (
            "This request can’t be read",
            "What was sent is not how requests are written.",
        ),
        StatusCode::NOT_FOUND => ("Not found", "There is nothing at this address."),
        StatusCode::METHOD_NOT_ALLOWED => (
            "Not like this",
            "This address can only be looked at, not written to.",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            "Back in a moment",
            "The site can’t answer right now. Trying again in a few seconds usually helps.",
        ),
        status if status.is_client_error() => (
            "This did not work",
            "The request can’t be answered as it was sent.",
        ),
        _ => (
            "Something went wrong",
            "The fault is ours, and nothing that you sent is lost. Trying again usually helps.",
        ),
    }
}

/// `GET /trouble.css`: how the static page looks.
pub async fn styles() -> Response {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=3600"),
        ],
        STYLES,
    )
        .into_response()
}
