//! Blogs: the list, one of them, and their categories.

use axum::extract::State;
use shared::flash::Category;

use crate::app::App;
use crate::cache::{PAUSE, PageRequest, View};
use crate::error::ApiError;
use crate::extract::Path;
use crate::reply::Reply;
use crate::session::Session;

/// `GET /api/v1/blogs`: a page of the list, newest first. While the source fails it is the last
/// good copy's, or empty; never an error.
///
/// # Errors
/// None but the server's own faults.
pub async fn list(
    State(app): State<App>,
    session: Session,
    request: PageRequest,
) -> Result<Reply, ApiError> {
    let view = app.blogs.view(session.id()).await;
    warn_when_stale(&session, &view);
    Ok(Reply::written(
        view.page(&request).map_err(ApiError::internal)?,
    ))
}

/// `GET /api/v1/blogs/{id}`: one whole post.
///
/// # Errors
/// 404 when there is none with this id, 503 while nothing at all could be fetched.
pub async fn show(
    State(app): State<App>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Reply, ApiError> {
    let view = app.blogs.view(session.id()).await;
    if view.is_missing() {
        return Err(ApiError::SourceUnavailable {
            retry_after_seconds: PAUSE.as_secs(),
        });
    }
    match view.snapshot.blog(&id) {
        Some(blog) => Reply::ok(&blog),
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
