//! Search over the blogs.

use std::collections::BTreeMap;

use axum::extract::State;
use shared::problem::code;
use shared::route::SearchQuery;
use shared::search::SearchPage;

use crate::api::envelope::Reply;
use crate::api::extract::SearchWords;
use crate::api::openapi::{Failure, SearchParams, Success, examples};
use crate::app::App;
use crate::cache::PageRequest;
use crate::error::ApiError;
use crate::handlers::blogs::warn_when_stale;
use crate::session::Session;

/// `GET /api/v1/search?q=`: the posts that match every word, best first, with where they do.
///
/// # Errors
/// 422 for a blank query.
#[utoipa::path(
    get, path = "/v1/search", operation_id = "searchBlogs", tag = "Blogs",
    summary = "The posts that hold every word, best first, with where they do",
    params(SearchParams),
    responses(
        (
            status = 200, description = "A page of them", body = Success<SearchPage>,
            example = json!(examples::success(examples::search_page()))
        ),
        (
            status = 422, description = "The query is blank", body = Failure,
            example = json!(examples::failure(422, code::VALIDATION_FAILED, "The query `q` is blank."))
        ),
    ),
)]
pub async fn show(
    State(app): State<App>,
    session: Session,
    SearchWords(words): SearchWords,
    request: PageRequest,
) -> Result<Reply, ApiError> {
    if words.is_empty() {
        let fault = "Please type what to search for.".to_owned();
        return Err(ApiError::Invalid {
            detail: "The query `q` is blank.".to_owned(),
            fields: BTreeMap::from([("q".to_owned(), vec![fault])]),
        });
    }
    let view = app.blogs.view(session.id()).await;
    warn_when_stale(&session, &view);
    let query = SearchQuery::new(&words).with_page(request.page);
    let page = view.search(&query, request.per_page).await;
    Reply::ok(&page.map_err(ApiError::internal)?)
}
