//! The site itself: its words, its own pages and its files.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::flash::Category;
use shared::site::{Site, SitePage};

use crate::answers::{Key, Wanted};
use crate::api::envelope::Reply;
use crate::api::extract::Path;
use crate::api::openapi::{Failure, Success};
use crate::app::App;
use crate::error::ApiError;
use crate::handlers::media;
use crate::http::answer::Answer;
use crate::http::conditional::Preconditions;
use crate::session::Session;
use crate::sources::BlogSource;

/// A file with a hash in its name never changes (RFC 8246).
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const PAGE_NOT_FOUND: &str = "Page not found.";
/// Keeps an SVG that is opened by itself from running scripts.
const PICTURE_POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

/// The site's name, words, menu and links
#[utoipa::path(
    get, path = "/api/v1/site", operation_id = "getSite", tag = "Site",
    responses(
        (
            status = 200, description = "The site", body = Success<Site>,
            example = json!(Success::of(example_site()))
        ),
        (status = 304, description = "The client has it already, by its `If-None-Match`, and no flash waits"),
    ),
)]
pub async fn show(State(app): State<App>) -> Result<Reply, ApiError> {
    let view = app.site_after_first_reading().await;
    let key = Key::of_site(Wanted::Site).with_profile(view.number);
    Reply::kept(&app.answers, key, async { Ok(&view.site) }).await
}

/// One of the site's own pages
#[utoipa::path(
    get, path = "/api/v1/pages/{slug}", operation_id = "getPage", tag = "Site",
    params(("slug" = String, Path, description = "As `pages` of the site lists it", example = "imprint")),
    responses(
        (
            status = 200, description = "The page", body = Success<SitePage>,
            example = json!(Success::of(example_page()))
        ),
        (status = 304, description = "The client has it already, by its `If-None-Match`, and no flash waits"),
        (
            status = 404, description = "The site has no such page", body = Failure,
            example = json!(Failure::of(&ApiError::PageNotFound { slug: "imprint".to_owned() }).with_flash(Category::Error, PAGE_NOT_FOUND))
        ),
    ),
)]
pub async fn page(
    State(app): State<App>,
    session: Session,
    Path(slug): Path<String>,
) -> Result<Reply, ApiError> {
    let view = app.site_after_first_reading().await;
    let Some(own) = view.page(&slug) else {
        session.flash(Category::Error, PAGE_NOT_FOUND);
        return Err(ApiError::PageNotFound { slug });
    };
    let key = Key::of_site(Wanted::OwnPage(slug)).with_profile(view.number);
    Reply::kept(&app.answers, key, async { Ok(&own.page) }).await
}

fn example_site() -> Site {
    Site {
        title: "Notes from a loom".into(),
        description: "What we learnt about weaving.".into(),
        heading: "Warp and weft".into(),
        intro: "What we learnt about weaving.".into(),
        footer: "Woven by hand.".into(),
        icon_url: "/site/icon-0123456789abcdef.svg".into(),
        pages: vec!["imprint".into()],
        ..Site::default()
    }
}

fn example_page() -> SitePage {
    SitePage {
        slug: "imprint".into(),
        title: "Imprint".into(),
        description: Some("Who runs this site.".into()),
        content_html: "<p>Example Ltd, 1 Example Street.</p>".into(),
        headings: Vec::new(),
        updated_at: Some("2026-03-05T10:00:00Z".into()),
    }
}

/// `GET /site/{file}`: logo, icon, colours or manifest.
pub async fn file(
    State(app): State<App>,
    Path(name): Path<String>,
    preconditions: Preconditions,
) -> Response {
    let Some(file) = app.profile.file(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut answer = Answer::new(file.content_type, file.bytes.clone())
        .with_header(header::CACHE_CONTROL, FOREVER)
        .with_header(header::CONTENT_SECURITY_POLICY, PICTURE_POLICY)
        .with_header(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if matches!(file.content_type, "image/png" | "image/webp") {
        answer = answer.incompressible();
    }
    answer.respond_once(&preconditions)
}

/// `GET /site/pages/{path}`: a picture beside the site's own pages.
pub async fn picture(
    State(app): State<App>,
    Path(path): Path<String>,
    request: Request,
) -> Response {
    let media = match app.profile.pages.pictures() {
        Some(pictures) => pictures.media(&path).await,
        None => None,
    };
    match media {
        Some(media) => media::send(media, request, media::Caching::of(&app)).await,
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
