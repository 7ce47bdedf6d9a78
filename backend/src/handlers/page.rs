//! The single-page app's files, and its shell for every address that is a page.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};

use crate::app::App;

/// A file of the app's where there is one; else, for an address that is a page of the site or
/// that a person typed, the shell, from which the app shows the page or its own 404 view.
///
/// The status tells the truth to those who don't run the app: 404 for an unknown page, and a
/// missing asset never looks like a page.
pub async fn show(State(app): State<App>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut response = StatusCode::METHOD_NOT_ALLOWED.into_response();
        response
            .headers_mut()
            .insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let path = request.uri().path().to_owned();
    let wants_html = accepts_html(&request);
    let shell = ServeFile::new(app.assets.join("index.html"));
    let mut shell_request = Request::new(Body::empty());
    shell_request.method_mut().clone_from(request.method());
    shell_request.headers_mut().clone_from(request.headers());

    let (response, is_shell) = if shared::paths::is_page(&path) {
        (serve_file(shell, shell_request).await, true)
    } else {
        let files = ServeDir::new(app.assets.as_path()).append_index_html_on_directories(false);
        match files.oneshot(request).await {
            Ok(response) if response.status() != StatusCode::NOT_FOUND => {
                (response.map(Body::new), path == "/index.html")
            }
            _ if wants_html => {
                let mut response = serve_file(shell, shell_request).await;
                if response.status().is_success() {
                    *response.status_mut() = StatusCode::NOT_FOUND;
                }
                (response, true)
            }
            _ => (
                (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
                true,
            ),
        }
    };
    with_headers(response, is_shell)
}

async fn serve_file(file: ServeFile, request: Request) -> Response {
    match file.oneshot(request).await {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => response.map(Body::new),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "The site is not built: `cargo xtask build` does it. The API answers under /api/v1.\n",
        )
            .into_response(),
    }
}

fn accepts_html(request: &Request) -> bool {
    request
        .headers()
        .get_all(header::ACCEPT)
        .iter()
        .any(|value| {
            value
                .to_str()
                .is_ok_and(|accept| accept.contains("text/html"))
        })
}

/// The shell names the current build's files, so it is asked for anew each time; those have the
/// hash of their content in their names and never change (RFC 8246).
fn with_headers(mut response: Response, is_shell: bool) -> Response {
    let caching = if is_shell || !response.status().is_success() {
        "no-cache"
    } else {
        "public, max-age=31536000, immutable"
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    );
    response
}
