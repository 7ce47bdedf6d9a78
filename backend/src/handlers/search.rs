//! Search over the blogs.

use std::collections::BTreeMap;

use axum::extract::State;

use crate::app::App;
use crate::cache::PageRequest;
use crate::error::ApiError;
use crate::extract::SearchQuery;
use crate::handlers::blogs::warn_when_stale;
use crate::reply::Reply;
use crate::session::Session;

/// `GET /api/v1/search?q=`: the posts that match every word, best first, with where they do.
///
/// # Errors
/// 422 for a blank query.
pub async fn show(
    State(app): State<App>,
    session: Session,
    SearchQuery(query): SearchQuery,
    request: PageRequest,
) -> Result<Reply, ApiError> {
    if query.is_empty() {
        let fault = "Please type what to search for.".to_owned();
        return Err(ApiError::Invalid {
            detail: "The query `q` is blank.".to_owned(),
            fields: BTreeMap::from([("q".to_owned(), vec![fault])]),
        });
    }
    let view = app.blogs.view(session.id()).await;
    warn_when_stale(&session, &view);
    // The first search of a copy reads all of its posts, which takes a moment on a large site.
    let snapshot = view.snapshot;
    let search = move || snapshot.search(&query, request.page, request.per_page);
    let part = tokio::task::spawn_blocking(search)
        .await
        .map_err(ApiError::internal)?;
    Reply::ok(&part.with_freshness(view.freshness))
}
