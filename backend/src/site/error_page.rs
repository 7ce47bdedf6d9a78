//! Failures of pages and files: a static page for browsers, a line of text for other clients. It does
//! not need the app, which may have failed.

use std::sync::Arc;

use axum::body::HttpBody;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use shared::flash::Flash;
use shared::site::Site;

use crate::error::EnvelopeBody;
use crate::http::answer::{Answer, write_once};
use crate::http::conditional::Preconditions;
use crate::http::security_headers::document_policy;
use crate::site::profile::Profile;
use crate::site::shell::escaped;
use crate::telemetry::{RequestId, current_request_id};

const PAGE: &str = include_str!("error_page.html");
const STYLES: &str = include_str!("error_page.css");

/// Whether the client shows HTML.
pub fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().any(|value| {
        value
            .to_str()
            .is_ok_and(|accept| accept.contains("text/html"))
    })
}

/// Around pages and files: gives a failure without a body its text.
pub async fn explain_failures<F: Future<Output = Response>>(
    profile: &Profile,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let preconditions = Preconditions::of(&request);
    let wants_html = accepts_html(request.headers());
    let mut response = next(request).await;
    let status = response.status();
    let is_failure = status.is_client_error() || status.is_server_error();
    if is_failure && response.body().size_hint().exact() == Some(0) {
        // Pages and files have no envelope.
        response.extensions_mut().remove::<EnvelopeBody>();
        let id = current_request_id();
        let id = id.as_ref().map_or("", RequestId::as_str);
        if wants_html {
            let (_, text) = sentences(response.status());
            let way = if response.status().is_server_error() {
                "<a href=\"\">Try again</a> "
            } else {
                ""
            };
            write_page(
                &mut response,
                &profile.latest().site,
                &Explanation { text, way, id },
                &preconditions,
            );
        } else {
            write_line(&mut response, &preconditions);
        }
    }
    response
}

/// The page of a failed form post, with its flashes or the status's own sentences.
pub fn explain_form_failure(response: &mut Response, words: &Site, flashes: &[Flash], id: &str) {
    let sentences: Vec<&str> = flashes.iter().map(|flash| flash.message.as_str()).collect();
    let text = if sentences.is_empty() {
        self::sentences(response.status()).1.to_owned()
    } else {
        sentences.join(" ")
    };
    let text = format!("{text} Your browser’s Back button returns to what you wrote.");
    let way = "<a href=\"\">Open the page again</a> ";
    let explanation = Explanation {
        text: &text,
        way,
        id,
    };
    write_page(response, words, &explanation, &Preconditions::default());
}

/// The parts of the page.
struct Explanation<'a> {
    /// Plain text.
    text: &'a str,
    /// A link, as HTML.
    way: &'a str,
    /// The request's id.
    id: &'a str,
}

fn write_page(
    response: &mut Response,
    words: &Site,
    explanation: &Explanation<'_>,
    preconditions: &Preconditions,
) {
    let status = response.status();
    let (heading, _) = sentences(status);
    let Explanation { text, way, id } = explanation;
    // The texts come last, so that a `{mark}` in them is not replaced.
    let body = PAGE
        .replace("{icon}", &escaped(&words.icon_url))
        .replace("{status}", status.as_str())
        .replace("{heading}", heading)
        .replace("{way}", way)
        .replace("{id}", &escaped(id))
        .replace("{title}", &escaped(&words.document_title(heading)))
        .replace("{name}", &escaped(&words.title))
        .replace("{text}", &escaped(text));
    if let Ok(policy) = HeaderValue::try_from(document_policy(&[])) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    write(response, "text/html; charset=utf-8", body, preconditions);
}

fn write_line(response: &mut Response, preconditions: &Preconditions) {
    let (heading, text) = sentences(response.status());
    let body = format!("{} {heading}: {text}\n", response.status().as_str());
    write(response, "text/plain; charset=utf-8", body, preconditions);
}

fn write(response: &mut Response, kind: &'static str, body: String, preconditions: &Preconditions) {
    write_once(response, kind, body.into(), preconditions);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.append(header::VARY, HeaderValue::from_static("Accept"));
}

fn sentences(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::BAD_REQUEST => (
            "This request can’t be read",
            "What was sent is not how requests are written.",
        ),
        StatusCode::NOT_FOUND => ("Not found", "There is nothing at this address."),
        StatusCode::GONE => ("Gone", "This page was taken away for good."),
        StatusCode::METHOD_NOT_ALLOWED => (
            "Not like this",
            "This address can only be looked at, not written to.",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("This is too long", "More was sent than this site reads.")
        }
        StatusCode::MISDIRECTED_REQUEST => (
            "Not this site",
            "This server does not answer to the name in the address. Its operator can allow that name with --allowed-hosts.",
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
            "The fault is ours. Trying again usually helps.",
        ),
    }
}

/// `GET /error.css`: the styles of the static page.
pub async fn styles(State(profile): State<Arc<Profile>>, preconditions: Preconditions) -> Response {
    let profile = profile.latest();
    let colours = profile.identity.error_page_colours();
    Answer::new("text/css; charset=utf-8", format!("{STYLES}{colours}"))
        .with_header(
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=3600"),
        )
        .respond_once(&preconditions)
}
