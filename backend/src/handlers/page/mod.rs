//! The site's pages (the shell with each page's head, content and data), and the app's files.
//!
//! The order is: data, flashes, HTML, response. A page waits for nothing after it has taken its
//! flashes, so that none is lost when the request is given up.

mod contents;
mod form;
mod moved;
mod written;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use shared::route::Route;

use self::contents::Fetched;
pub use self::form::refused_form;
use self::moved::moved;
use self::written::{Page, Personal};
use crate::app::App;
use crate::cache::REFETCH_INTERVAL;
use crate::error::ApiError;
use crate::http::answer::write_once;
use crate::http::conditional::Preconditions;
use crate::session::Visit;
use crate::session::credentials::bearer_token;
use crate::telemetry::current_request_id;

/// A page of the site, a file of the app, or the app's 404 page.
///
/// The status is right also for clients that don't run the app. A missing file is never answered with a
/// page. A page begins no session (the API does), and renews an existing one.
///
/// # Errors
/// 404 without a page for a missing file, 500 for one that can't be read.
pub async fn show(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    let uri = request.uri();
    let route = Route::parse(uri.path(), uri.query().unwrap_or_default());
    let profile = match route {
        // Most often this is a file, which must not wait for the source.
        Route::NotFound => app.site().await,
        _ => app.site_after_first_reading().await,
    };
    let route = profile.site.resolve(route);
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(other_method(request.method(), &route));
    }
    if let Some(target) = route.redirect() {
        return Ok(Redirect::to(&target.href()).into_response());
    }
    let (head, body) = request.into_parts();
    if route == Route::NotFound
        && let Some(file) = app.assets.serve(&app.answers, &head).await?
    {
        return Ok(file);
    }
    let request = Request::from_parts(head, body);
    document(&app, route, request).await
}

/// `Allow` names the methods of an address, for OPTIONS and for 405 (RFC 9110, sections 9.3.7 and 15.5.6).
fn other_method(method: &Method, route: &Route) -> Response {
    let status = match *method {
        Method::OPTIONS => StatusCode::OK,
        _ => StatusCode::METHOD_NOT_ALLOWED,
    };
    let allowed = match route {
        Route::Contact => "GET, HEAD, OPTIONS, POST",
        _ => "GET, HEAD, OPTIONS",
    };
    (status, [(header::ALLOW, allowed)]).into_response()
}

/// Whether an address is that of a file. The addresses of pages have no ending.
fn is_file(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'))
}

async fn document(app: &App, route: Route, mut request: Request) -> Result<Response, ApiError> {
    let preconditions = Preconditions::of(&request);
    let request_id = current_request_id();
    let has_bearer = bearer_token(request.headers()).is_some();
    let visit = app.sessions.attach(&mut request, None).await.ok();
    let reader = visit.as_ref().and_then(Visit::reader);
    let mut fetched = Fetched::of(app, route, reader).await?;
    let path = request.uri().path();
    if fetched.is_absent()
        && let Some(moved) = moved(app, &fetched, path, reader).await
    {
        return Ok(moved);
    }
    if fetched.route == Route::NotFound && is_file(path) {
        return Err(ApiError::NotFound);
    }
    let Some(shell) = app.assets.shell(&fetched.profile.site).await else {
        return not_built(&fetched.route, &preconditions);
    };
    let is_search = matches!(fetched.route, Route::Search(_));
    if is_search && !app.answers.has(&written::key(app, &shell, &fetched)) {
        fetched.search().await?;
    }

    let (cookie, personal) = match &visit {
        // A client that sends a Bearer token gets its flashes from the API.
        Some(visit) if !has_bearer => deliver(visit, &fetched).await?,
        _ => Default::default(),
    };
    let page = Page {
        app,
        shell: &shell,
        fetched: &fetched,
        personal,
        request_id,
    };
    let mut response = page.write(&preconditions).await;
    if let Some(cookie) = cookie {
        let headers = response.headers_mut();
        headers.insert(header::SET_COOKIE, cookie);
        if headers
            .get(header::CACHE_CONTROL)
            .is_some_and(|value| value == "no-cache")
        {
            let own = HeaderValue::from_static("private, no-cache");
            headers.insert(header::CACHE_CONTROL, own);
        }
    }
    Ok(response)
}

/// Takes the session's cookie, if it changed, and the flashes that the page delivers.
async fn deliver(
    visit: &Visit,
    fetched: &Fetched,
) -> Result<(Option<HeaderValue>, Personal), ApiError> {
    if !visit.shows_flashes() {
        let personal = Personal {
            has_waiting_flashes: visit.has_waiting_flashes(),
            ..Personal::default()
        };
        return Ok((visit.cookie()?, personal));
    }
    fetched.flash_to(visit);
    let (mut response, flashes) = visit.finish(Response::default()).await;
    if response.status() != StatusCode::OK {
        return Err(ApiError::Status(response.status()));
    }
    let personal = Personal {
        flashes,
        ..Personal::default()
    };
    Ok((response.headers_mut().remove(header::SET_COOKIE), personal))
}

fn not_built(route: &Route, preconditions: &Preconditions) -> Result<Response, ApiError> {
    if *route == Route::NotFound {
        return Err(ApiError::NotFound);
    }
    let text =
        "The site is not built: `cargo xtask build` does it. The API answers under /api/v1.\n";
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, REFETCH_INTERVAL.as_secs().into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let text = Bytes::from_static(text.as_bytes());
    write_once(
        &mut response,
        "text/plain; charset=utf-8",
        text,
        preconditions,
    );
    Ok(response)
}
