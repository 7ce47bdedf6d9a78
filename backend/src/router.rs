//! Routes and layers. A handler's attribute has its path, so that the API's description has every
//! route.

use std::any::Any;
use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, get_service, post};
use axum::{Extension, Router};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::answers::FeedFormat;
use crate::api::envelope::{Reply, envelope};
use crate::api::openapi::{Api, Description};
use crate::app::App;
use crate::error::ApiError;
use crate::handlers::{
    blogs, contact, docs, feeds, health, media, metrics, page, search, session, site,
};
use crate::http::admission::{admit, admit_metrics, admit_to_files};
use crate::http::hosts::Hosts;
use crate::http::security_headers::{Https, security_headers};
use crate::metrics::measure;
use crate::site::error_page::{self, explain_failures};
use crate::telemetry::request_span;

/// The whole site: the API, the pages, the feeds and the files.
pub fn router(app: App) -> Router {
    let api = OpenApiRouter::new()
        .routes(routes!(session::show, session::create, session::end))
        .routes(routes!(blogs::list))
        .routes(routes!(blogs::show))
        .routes(routes!(blogs::categories))
        .routes(routes!(search::show))
        .routes(routes!(site::show))
        .routes(routes!(site::page))
        .routes(routes!(contact::create))
        .routes(routes!(docs::openapi))
        .routes(routes!(docs::page))
        .routes(routes!(docs::styles))
        .fallback(no_such_path);
    let (answering_in_envelopes, operations) = OpenApiRouter::with_openapi(Api::openapi())
        .nest("/api", api)
        .route("/api/", any(no_such_path))
        .routes(routes!(health::healthz))
        .routes(routes!(health::readyz))
        .split_for_parts();
    let description = Description::new(
        &operations,
        &app.profile.identity.words().title,
        app.sessions.cookie_name(),
    );
    let answering_in_envelopes = answering_in_envelopes.layer(Extension(Arc::new(description)));
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
    // The form is sent to its page's own address.
    let form = Router::new()
        .route("/contact", post(contact::submit))
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(app.clone(), envelope))
                .layer(from_fn_with_state(app.clone(), contact::explain_failures))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(from_fn_with_state(app.admission.clone(), admit))
                .layer(DefaultBodyLimit::disable()),
        );
    let form: Router = form.with_state(app.clone());
    let form_page = Router::new().fallback(page::show);
    let form_page: Router = for_people(form_page, &app).with_state(app.clone());
    // Other methods are answered by the page, behind the same checks.
    let form_page = get_service(form_page.clone()).fallback_service(form_page);
    let all = Router::new()
        .merge(in_envelopes(answering_in_envelopes, &app))
        .route("/contact", form_page.post_service(form))
        .merge(for_people(pages_and_files, &app));
    with_headers(all, &app).with_state(app)
}

/// The metrics, for a listener of their own.
pub fn metrics_router(app: App, hosts: Hosts) -> Router {
    Router::new()
        .route("/metrics", get(metrics::show))
        .layer(from_fn_with_state(Arc::new(hosts), admit_metrics))
        .layer(from_fn_with_state(Https(false), security_headers))
        .with_state(app)
}

/// Adds the layers of every request: its span, its measurement and the security headers.
pub fn with_headers(routes: Router<App>, app: &App) -> Router<App> {
    let https = Https(app.public_url.is_https());
    // One layer of the router: each costs every request a copy of all the layers below.
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(https, security_headers))
            .layer(from_fn_with_state(app.metrics.clone(), measure))
            .layer(from_fn(request_span)),
    )
}

/// Answers every failure of these routes, panics included, with a page or a line of text.
pub fn for_people(routes: Router<App>, app: &App) -> Router<App> {
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(app.profile.clone(), explain_failures))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(app.admission.clone(), admit_to_files)),
    )
}

/// Puts every response of these routes, panics included, into an envelope.
pub fn in_envelopes(routes: Router<App>, app: &App) -> Router<App> {
    routes.method_not_allowed_fallback(no_such_method).layer(
        ServiceBuilder::new()
            .layer(from_fn_with_state(app.clone(), envelope))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn_with_state(app.admission.clone(), admit))
            .layer(DefaultBodyLimit::disable()),
    )
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

/// A panic is an opaque 500. The hook of [`crate::telemetry`] has logged it.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    ApiError::Status(StatusCode::INTERNAL_SERVER_ERROR).into_response()
}
