//! The routes, and the middleware around them. The path of an API handler is in the attribute above it,
//! so that the API's description has every route.
//!
//! Middleware is written as functions that call each other, in one layer of axum for each group of
//! routes: each layer copies all the layers below it for every request.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{Route, any, get, get_service, post};
use axum::{Extension, Router};
use tower::layer::layer_fn;
use tower::{ServiceExt, service_fn};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answers::FeedFormat;
use crate::api::envelope::{Reply, envelope};
use crate::api::openapi::{Api, Description};
use crate::app::App;
use crate::error::ApiError;
use crate::handlers::{
    blogs, changes, contact, docs, feeds, health, media, metrics, page, search, session, site,
};
use crate::http::admission::{admit, admit_metrics, admit_to_files};
use crate::http::hosts::Hosts;
use crate::http::security_headers::secure;
use crate::metrics::measure;
use crate::site::error_page::{self, explain_failures};
use crate::telemetry::{UNKNOWN_IN_API, named};

/// The whole site: the API, the pages, the feeds and the files.
pub fn router(app: App) -> Router {
    let pages_and_files = Router::new()
        .route("/media/{*path}", get(media::show))
        .route(
            "/feed.xml",
            get(|a, q, p| feeds::feed(FeedFormat::Rss, a, q, p)),
        )
        .route(
            "/atom.xml",
            get(|a, q, p| feeds::feed(FeedFormat::Atom, a, q, p)),
        )
        .route(
            "/feed.json",
            get(|a, q, p| feeds::feed(FeedFormat::Json, a, q, p)),
        )
        .route("/sitemap.xml", get(feeds::sitemap))
        .route("/robots.txt", get(feeds::robots))
        .route("/site/{file}", get(site::file))
        .route("/site/pages/{*path}", get(site::picture))
        .route(
            "/error.css",
            get(error_page::styles).with_state(app.profile.clone()),
        )
        .fallback(page::show);
    // The form is posted to the address of its page.
    let form = Router::new().route("/contact", post(contact::submit));
    let form: Router = with_middleware(form, &app, form_middleware).with_state(app.clone());
    let form_page = Router::new().fallback(page::show);
    let form_page: Router = for_people(form_page, &app).with_state(app.clone());
    // The page answers other methods than GET and POST too, after the same checks.
    let form_page = get_service(form_page.clone()).fallback_service(form_page);
    Router::new()
        .merge(in_envelopes(api(&app), &app))
        .route("/contact", form_page.post_service(form))
        .merge(for_people(pages_and_files, &app))
        .with_state(app)
}

/// The API. It is not nested below `/api`: nesting rewrites the address of every request.
fn api(app: &App) -> Router<App> {
    let docs = OpenApiRouter::new()
        .routes(routes!(docs::openapi))
        .routes(routes!(docs::page))
        .routes(routes!(docs::styles));
    let api = OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(session::show, session::create, session::end))
        .routes(routes!(blogs::list))
        .routes(routes!(blogs::show))
        .routes(routes!(blogs::categories))
        .routes(routes!(search::show))
        .routes(routes!(site::show))
        .routes(routes!(site::page))
        .routes(routes!(contact::create))
        .routes(routes!(changes::show))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .route("/api", any(no_such_path))
        .route("/api/", any(no_such_path))
        .route(UNKNOWN_IN_API, any(no_such_path));
    let mut operations = api.get_openapi().clone();
    operations.merge(docs.get_openapi().clone());
    let description = Description::new(&operations, app.sessions.cookie_name());
    let docs = docs.layer(Extension(Arc::new(description)));
    api.merge(docs).into()
}

/// The router of the metrics' own listener.
pub fn metrics_router(app: App, hosts: Hosts) -> Router {
    let hosts = Arc::new(hosts);
    Router::new()
        .route("/metrics", get(metrics::show))
        .layer(from_fn(move |request, next: Next| {
            metrics_middleware(Arc::clone(&hosts), request, next)
        }))
        .with_state(app)
}

/// Puts every response of these routes, panics included, into an envelope.
pub fn in_envelopes(routes: Router<App>, app: &App) -> Router<App> {
    let routes = routes.method_not_allowed_fallback(no_such_method);
    with_middleware(routes, app, api_middleware)
}

/// Answers every failure of these routes, panics included, with a page or a line of text.
pub fn for_people(routes: Router<App>, app: &App) -> Router<App> {
    with_middleware(routes, app, page_middleware)
}

/// Wraps routes in middleware.
fn with_middleware<F>(
    routes: Router<App>,
    app: &App,
    middleware: impl Fn(App, Request, Route) -> F + Clone + Send + Sync + 'static,
) -> Router<App>
where
    F: Future<Output = Response> + Send + 'static,
{
    let app = app.clone();
    routes.layer(layer_fn(move |route: Route| {
        let (app, middleware) = (app.clone(), middleware.clone());
        service_fn(move |request: Request| {
            let answer = middleware(app.clone(), request, route.clone());
            async move { Ok::<_, Infallible>(answer.await) }
        })
    }))
}

async fn handled(route: Route, request: Request) -> Response {
    match route.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

async fn api_middleware(app: App, request: Request, route: Route) -> Response {
    let admitted = |request| admit(&app.admission, request, |request| handled(route, request));
    let answer = |request| envelope(&app, request, admitted);
    observed(&app, request, answer).await
}

async fn form_middleware(app: App, request: Request, route: Route) -> Response {
    let admitted = |request| admit(&app.admission, request, |request| handled(route, request));
    let explained = |request| contact::explain_failures(&app, request, admitted);
    let answer = |request| envelope(&app, request, explained);
    observed(&app, request, answer).await
}

async fn page_middleware(app: App, request: Request, route: Route) -> Response {
    let admitted =
        |request| admit_to_files(&app.admission, request, |request| handled(route, request));
    let answer = |request| explain_failures(&app.profile, request, admitted);
    observed(&app, request, answer).await
}

async fn metrics_middleware(hosts: Arc<Hosts>, request: Request, next: Next) -> Response {
    let answer = admit_metrics(&hosts, request, |request| next.run(request));
    secure(answer.await, false)
}

/// The middleware of every request: it sets the id, measures, and adds the security headers.
async fn observed<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let named = |request| named(request, next);
    let response = measure(&app.metrics, request, named).await;
    secure(response, app.public_url.is_https())
}

async fn no_such_path() -> ApiError {
    ApiError::NotFound
}

/// OPTIONS is answered with `Allow` (RFC 9110, section 9.3.7), which axum adds.
async fn no_such_method(method: Method) -> Result<Reply, ApiError> {
    if method == Method::OPTIONS {
        Reply::ok(&serde_json::json!({}))
    } else {
        Err(ApiError::Status(StatusCode::METHOD_NOT_ALLOWED))
    }
}
