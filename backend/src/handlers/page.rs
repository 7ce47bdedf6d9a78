//! The site's pages: the app's shell with each page's head and first envelope. Also the app's files.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::value::{RawValue, to_raw_value};
use shared::envelope::{Envelope, Outcome};
use shared::route::{BlogsQuery, Route};

use crate::answers::{Key, Wanted};
use crate::app::App;
use crate::cache::{REFETCH_INTERVAL, View};
use crate::error::ApiError;
use crate::http::answer::{Answer, write_once};
use crate::http::conditional::Preconditions;
use crate::session::Visit;
use crate::site::head::PageHead;
use crate::site::shell::{FirstEnvelope, Shell};

/// A page of the site, a file of the app, or a 404 as the app shows it.
///
/// A missing file is never answered with a page. No session begins here, but an old token is renewed.
///
/// # Errors
/// 404 for a missing file.
pub async fn show(State(app): State<App>, request: Request) -> Result<Response, ApiError> {
    let uri = request.uri();
    let route = Route::parse(uri.path(), uri.query().unwrap_or_default());
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(other_method(request.method(), &route));
    }
    if let Some(target) = route.redirect() {
        return Ok(Redirect::to(&target.href()).into_response());
    }
    if route != Route::NotFound {
        return document(&app, &route, request).await;
    }
    let is_file = is_file(uri.path());
    let (parts, body) = request.into_parts();
    let page_request = Request::from_parts(parts.clone(), Body::empty());
    let file_request = Request::from_parts(parts, body);
    if let Some(file) = app.assets.serve(file_request).await {
        return Ok(file);
    }
    if is_file {
        return Err(ApiError::NotFound);
    }
    document(&app, &route, page_request).await
}

/// `Allow` lists the methods, for OPTIONS and with a 405 (RFC 9110, sections 9.3.7 and 15.5.6).
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

/// Whether an address is a file's: no page's address has an ending.
fn is_file(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'))
}

async fn document(app: &App, route: &Route, mut request: Request) -> Result<Response, ApiError> {
    let preconditions = Preconditions::of(&request);
    let Some(shell) = app.assets.shell().await else {
        return not_built(route, &preconditions);
    };
    let visit = app.sessions.attach(&mut request).await.ok();
    let view = match route {
        Route::Home | Route::Blogs(_) | Route::Blog { .. } | Route::Search(_) => {
            let reader = visit.as_ref().and_then(Visit::reader);
            Some(app.blogs.peek(reader).await)
        }
        _ => None,
    };
    let mut response = match absence(route, view.as_ref()) {
        Some((status, title)) => absent_page(app, &shell, status, &title, &preconditions),
        None => {
            // Only the API's envelopes deliver flashes, so the page must ask for one.
            let has_data = !visit.as_ref().is_some_and(Visit::has_waiting_flashes);
            let wanted = Wanted::Page {
                route: route.clone(),
                shell: shell.number(),
                has_data,
            };
            let key = match (route, &view) {
                (Route::Blog { .. }, Some(view)) => Key::of_posts(view, wanted),
                (_, Some(view)) => Key::of_list(view, wanted),
                (_, None) => Key::of_site(wanted),
            };
            let write = async {
                let (head, first) = parts(app, route, view.as_ref()).await?;
                let first = first.filter(|_| has_data);
                let html = shell.document(&head.html(), first.as_ref());
                Ok::<_, ApiError>(page_answer(&shell, html))
            };
            let answer = app.answers.get(key, write).await?;
            answer.respond(&preconditions)
        }
    };
    if let Some(visit) = visit
        && let Some(cookie) = visit.cookie()?
    {
        let headers = response.headers_mut();
        headers.insert(header::SET_COOKIE, cookie);
        let own = HeaderValue::from_static("private, no-cache");
        headers.insert(header::CACHE_CONTROL, own);
    }
    Ok(response)
}

/// A session reads its own snapshot, so pages depend on the cookie.
const VARY: HeaderValue = HeaderValue::from_static("Cookie, Authorization, Accept-Encoding");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");
const HTML: &str = "text/html; charset=utf-8";

fn page_answer(shell: &Shell, html: String) -> Answer {
    Answer::new(HTML, html)
        .with_header(header::CACHE_CONTROL, NO_CACHE)
        .with_header(header::CONTENT_SECURITY_POLICY, shell.policy().clone())
        .with_header(header::VARY, VARY)
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

/// The status and title of a page that is not there, or not now.
fn absence(route: &Route, view: Option<&View>) -> Option<(StatusCode, String)> {
    let (status, title) = match (route, view) {
        (Route::Blog { .. }, Some(view)) if view.is_missing() => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Back in a moment".to_owned(),
        ),
        (Route::Blog { id }, Some(view)) if view.snapshot.post(id).is_none() => {
            (StatusCode::NOT_FOUND, "Blog not found".to_owned())
        }
        (Route::NotFound, _) => (StatusCode::NOT_FOUND, route.title()),
        _ => return None,
    };
    Some((status, title))
}

/// Not kept: there is no end of addresses that lead nowhere.
fn absent_page(
    app: &App,
    shell: &Shell,
    status: StatusCode,
    title: &str,
    preconditions: &Preconditions,
) -> Response {
    let head = PageHead::of_absence(&app.public_url, title);
    let html = Bytes::from(shell.document(&head.html(), None));
    let mut response = status.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, NO_CACHE);
    headers.insert(header::CONTENT_SECURITY_POLICY, shell.policy().clone());
    headers.insert(header::VARY, VARY);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, REFETCH_INTERVAL.as_secs().into());
    }
    write_once(&mut response, HTML, html, preconditions);
    response
}

/// The head of a page, and its first envelope.
async fn parts<'a>(
    app: &'a App,
    route: &Route,
    view: Option<&'a View>,
) -> Result<(PageHead<'a>, Option<FirstEnvelope>), ApiError> {
    let site = &app.public_url;
    let Some(view) = view else {
        return Ok((PageHead::of_route(site, route), None));
    };
    let (head, data) = match route {
        Route::Blog { id } => {
            let posts = &view.snapshot;
            let (Some(post), Some(blog)) = (posts.post(id), posts.blog(id)) else {
                return Err(ApiError::NotFound);
            };
            (PageHead::of_post(site, route, post), to_raw_value(&blog))
        }
        Route::Search(query) => {
            let results = view.search(query).await.map_err(ApiError::internal)?;
            // Beyond the end the last page is shown, under its own title.
            let shown = Route::Search(query.with_page(results.page));
            (PageHead::of_route(site, &shown), to_raw_value(&results))
        }
        _ => {
            let featured = BlogsQuery::featured();
            let query = match route {
                Route::Blogs(query) => query,
                _ => &featured,
            };
            let list = view.list(query);
            let shown = match route {
                Route::Blogs(query) => Route::Blogs(query.with_page(list.page)),
                _ => route.clone(),
            };
            let picture = list
                .items
                .first()
                .and_then(|post| post.featured_image.clone());
            let head = PageHead::of_route(site, &shown).with_picture(picture);
            (head, to_raw_value(&list))
        }
    };
    let data = data.map_err(ApiError::internal)?;
    Ok((head, first_answer(route, view, &data)?))
}

/// The answer to the page's first request. A stale list has none: it comes with a flash, which the API
/// delivers.
fn first_answer(
    route: &Route,
    view: &View,
    data: &RawValue,
) -> Result<Option<FirstEnvelope>, ApiError> {
    let path = route.first_request().filter(|_| !view.freshness.stale);
    path.map(|path| first_envelope(path, data)).transpose()
}

fn first_envelope(path: String, data: &RawValue) -> Result<FirstEnvelope, ApiError> {
    let envelope = Envelope {
        outcome: Outcome::Data(data),
        flash: Vec::new(),
    };
    let json = serde_json::to_string(&envelope).map_err(ApiError::internal)?;
    Ok(FirstEnvelope { path, json })
}
