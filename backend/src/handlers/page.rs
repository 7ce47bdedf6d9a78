//! The site's pages, as the server sends them: the shell of the single-page app with each page's
//! own head and first data, and the app's files.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::value::{RawValue, to_raw_value};
use shared::envelope::{Envelope, Outcome};
use shared::route::{BlogsQuery, Route, SearchQuery};

use crate::app::App;
use crate::cache::{REFETCH_INTERVAL, View};
use crate::error::ApiError;
use crate::http::conditional::{Preconditions, apply_etag, compress, vary_on};
use crate::session::Visit;
use crate::site::head::PageHead;
use crate::site::shell::FirstEnvelope;

/// A page of the site, a file of the app's, or, for an address that a person typed, a 404 as the
/// app shows it.
///
/// The status tells the truth to those who don't run the app, and a missing asset never looks
/// like a page. No session begins here, which is the API's to do, but one that is there is renewed.
///
/// # Errors
/// 404 without a page for a file that isn't there.
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

/// RFC 9110, sections 9.3.7 and 15.5.6: `Allow` says what an address takes, whether that was asked
/// or got wrong.
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

/// Whether an address is a file's, by its ending: no page of the site has one.
fn is_file(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.contains('.'))
}

/// A page before it is written.
struct PageParts<'a> {
    status: StatusCode,
    head: PageHead<'a>,
    first: Option<FirstEnvelope>,
}

async fn document(app: &App, route: &Route, mut request: Request) -> Result<Response, ApiError> {
    let preconditions = Preconditions::of(request.headers());
    let Some(shell) = app.assets.shell().await else {
        if *route == Route::NotFound {
            return Err(ApiError::NotFound);
        }
        let words =
            "The site is not built: `cargo xtask build` does it. The API answers under /api/v1.\n";
        let headers = [
            (
                header::RETRY_AFTER,
                HeaderValue::from(REFETCH_INTERVAL.as_secs()),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        return Ok((StatusCode::SERVICE_UNAVAILABLE, headers, words).into_response());
    };
    let visit = app.sessions.attach(&mut request).await.ok();
    let view;
    let mut page = match route {
        Route::Home | Route::Blogs(_) | Route::Blog { .. } => {
            let reader = visit.as_ref().and_then(Visit::reader);
            view = app.blogs.peek(reader).await;
            page_of_blogs(app, route, &view)?
        }
        Route::Search(query) => {
            let reader = visit.as_ref().and_then(Visit::reader);
            view = app.blogs.peek(reader).await;
            page_of_results(app, query, &view).await?
        }
        Route::NotFound => PageParts {
            status: StatusCode::NOT_FOUND,
            head: PageHead::of_route(&app.public_url, route),
            first: None,
        },
        // The other pages need no data.
        _ => PageParts {
            status: StatusCode::OK,
            head: PageHead::of_route(&app.public_url, route),
            first: None,
        },
    };
    // Only the API's envelopes deliver flashes, so the page must ask for one.
    if visit.as_ref().is_some_and(Visit::has_waiting_flashes) {
        page.first = None;
    }

    let html = Bytes::from(shell.document(&page.head.html(), page.first.as_ref()));
    let mut response = (
        page.status,
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            ),
            (header::CONTENT_LENGTH, HeaderValue::from(html.len())),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::CONTENT_SECURITY_POLICY, shell.policy().clone()),
        ],
        html.clone(),
    )
        .into_response();
    match page.status {
        StatusCode::OK => {
            apply_etag(&mut response, &preconditions, &html);
            compress(&mut response, &preconditions, &html);
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            let seconds = HeaderValue::from(REFETCH_INTERVAL.as_secs());
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        _ => {}
    }
    // Whoever has a session sees the blogs as it does.
    vary_on(&mut response, "Cookie, Authorization, Accept-Encoding");
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

fn page_of_blogs<'a>(
    app: &'a App,
    route: &Route,
    view: &'a View,
) -> Result<PageParts<'a>, ApiError> {
    let site = &app.public_url;
    let absent = |status, title| PageParts {
        status,
        head: PageHead::of_absence(site, title),
        first: None,
    };
    let (head, data) = match route {
        Route::Blog { .. } if view.is_missing() => {
            return Ok(absent(StatusCode::SERVICE_UNAVAILABLE, "Back in a moment"));
        }
        Route::Blog { id } => match (view.snapshot.post(id), view.snapshot.blog(id)) {
            (Some(post), Some(blog)) => (
                PageHead::of_post(site, route, post),
                to_raw_value(&blog).map_err(ApiError::internal)?.into(),
            ),
            _ => return Ok(absent(StatusCode::NOT_FOUND, "Blog not found")),
        },
        _ => {
            let featured = BlogsQuery::featured();
            let query = match route {
                Route::Blogs(query) => query,
                _ => &featured,
            };
            let list = view.list(query);
            // Beyond the list's end, its end, by whose address the page goes.
            let shown = match route {
                Route::Blogs(query) => Route::Blogs(query.with_page(list.page)),
                _ => route.clone(),
            };
            let first_post = list.items.into_iter().next();
            let picture = first_post.and_then(|post| post.featured_image);
            (
                PageHead::of_route(site, &shown).with_picture(picture),
                view.page(query).map_err(ApiError::internal)?,
            )
        }
    };
    Ok(PageParts {
        status: StatusCode::OK,
        head,
        first: first_answer(route, view, &data)?,
    })
}

/// The results of a search; beyond their end, the end.
async fn page_of_results<'a>(
    app: &'a App,
    query: &SearchQuery,
    view: &View,
) -> Result<PageParts<'a>, ApiError> {
    let results = view.search(query).await.map_err(ApiError::internal)?;
    let shown = Route::Search(query.with_page(results.page));
    let data = to_raw_value(&results).map_err(ApiError::internal)?;
    Ok(PageParts {
        status: StatusCode::OK,
        head: PageHead::of_route(&app.public_url, &shown),
        first: first_answer(&Route::Search(query.clone()), view, &data)?,
    })
}

/// The answer to what the page asks first. Not of a stale list: that comes with a message, which
/// the API delivers.
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
