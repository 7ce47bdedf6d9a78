//! Blogs: the list, one of them, and their categories.

use axum::extract::State;
use shared::blog::{Blog, BlogPage, CategoryList};
use shared::flash::Category;
use shared::problem::code;

use crate::api::envelope::Reply;
use crate::api::extract::Path;
use crate::api::openapi::{Failure, PageQuery, Success, examples};
use crate::app::App;
use crate::cache::{PageRequest, REFETCH_INTERVAL, View};
use crate::error::ApiError;
use crate::session::Session;

/// `GET /api/v1/blogs`: a page of the list, newest first. While the source fails it is the last
/// good copy's, or empty; never an error.
///
/// # Errors
/// None but the server's own faults.
#[utoipa::path(
    get, path = "/v1/blogs", operation_id = "listBlogs", tag = "Blogs",
    summary = "A page of the list, newest first",
    description = "While the source fails it is the last good copy's, or empty, and a flash says so: never an error.",
    params(PageQuery),
    responses(
        (
            status = 200, description = "The page", body = Success<BlogPage>,
            links(("getBlog" = (
                operation_id = "getBlog",
                parameters(("id" = "$response.body#/data/items/0/id")),
                description = "One of the posts"
            ))),
            example = json!(examples::success(examples::blog_page()))
        ),
        (status = 304, description = "The client has it already, by its `If-None-Match`, and no flash waits"),
    ),
)]
pub async fn list(
    State(app): State<App>,
    session: Session,
    request: PageRequest,
) -> Result<Reply, ApiError> {
    let view = app.blogs.view(session.id()).await;
    warn_when_stale(&session, &view);
    Ok(Reply::raw_json(view.page(&request).map_err(ApiError::internal)?).cacheable())
}

/// `GET /api/v1/blogs/{id}`: one whole post.
///
/// # Errors
/// 404 when there is none with this id, 503 while nothing at all could be fetched.
#[utoipa::path(
    get, path = "/v1/blogs/{id}", operation_id = "getBlog", tag = "Blogs",
    summary = "One whole post",
    params(("id" = String, Path, description = "As lists show it", example = "a-session-is-a-signature")),
    responses(
        (
            status = 200, description = "The post", body = Success<Blog>,
            example = json!(examples::success(examples::blog()))
        ),
        (status = 304, description = "The client has it already, by its `If-None-Match`, and no flash waits"),
        (
            status = 404, description = "No blog has this id", body = Failure,
            example = json!(examples::failure_with_flash(404, code::BLOG_NOT_FOUND, "No blog has the id 42.", Category::Error, "Blog not found."))
        ),
        (
            status = 503, description = "The source can't be reached and there is no copy of it, or the server can't answer right now",
            body = Failure,
            example = json!(examples::failure(503, code::SOURCE_UNAVAILABLE, "The blogs can't be fetched right now. Try again in a moment."))
        ),
    ),
)]
pub async fn show(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Reply, ApiError> {
    let view = app.blogs.view(session.id()).await;
    if view.is_missing() {
        return Err(ApiError::SourceUnavailable {
            retry_after_seconds: REFETCH_INTERVAL.as_secs(),
        });
    }
    match view.snapshot.blog(&id) {
        Some(blog) => Reply::ok(&blog).map(Reply::cacheable),
        None => {
            session.flash(Category::Error, "Blog not found.");
            Err(ApiError::BlogNotFound { id })
        }
    }
}

/// `GET /api/v1/categories`: what the posts are about, most used first.
///
/// # Errors
/// None but the server's own faults.
#[utoipa::path(
    get, path = "/v1/categories", operation_id = "listCategories", tag = "Blogs",
    summary = "What the posts are about, most used first",
    responses((
        status = 200, description = "The categories", body = Success<CategoryList>,
        example = json!(examples::success(examples::categories()))
    )),
)]
pub async fn categories(State(app): State<App>, session: Session) -> Result<Reply, ApiError> {
    let view = app.blogs.view(session.id()).await;
    Reply::ok(&view.snapshot.categories())
}

/// Tells the reader once per list that it is not a fresh one.
pub fn warn_when_stale(session: &Session, view: &View) {
    if !view.freshness.stale {
        return;
    }
    session.flash(
        Category::Warning,
        if view.is_missing() {
            "The blogs can't be fetched right now. Please try again in a moment."
        } else {
            "The blogs can't be refreshed right now. You are reading a saved copy."
        },
    );
}
