//! Search over the blogs.

use std::collections::BTreeMap;

use axum::extract::State;
use shared::route::SearchQuery;
use shared::search::{Highlight, SearchField, SearchHit, SearchPage};

use crate::answers::{Key, Wanted};
use crate::api::envelope::Reply;
use crate::api::extract::LenientQuery;
use crate::api::openapi::{Failure, Success};
use crate::app::App;
use crate::error::ApiError;
use crate::handlers::blogs::{example_page, example_summary, warn_when_stale};
use crate::session::Session;

/// The posts that hold every word, best first, with where they do
#[utoipa::path(
    get, path = "/api/v1/search", operation_id = "searchBlogs", tag = "Blogs",
    params(SearchQuery),
    responses(
        (
            status = 200, description = "A page of them", body = Success<SearchPage>,
            example = json!(Success::of(example()))
        ),
        (
            status = 422, description = "The query is blank", body = Failure,
            example = json!(Failure::of(&blank_query()))
        ),
    ),
)]
pub async fn show(
    State(app): State<App>,
    session: Session,
    LenientQuery(query): LenientQuery<SearchQuery>,
) -> Result<Reply, ApiError> {
    if query.text.is_empty() {
        return Err(blank_query());
    }
    let view = app.blogs.view(session.reader()).await;
    warn_when_stale(&session, &view);
    let key = Key::of_list(&view, Wanted::Search(query.clone()));
    let page = async { view.search(&query).await.map_err(ApiError::internal) };
    Reply::kept(&app.answers, key, page).await
}

fn blank_query() -> ApiError {
    let fault = "Please type what to search for.".to_owned();
    ApiError::Invalid {
        detail: "The query `q` is blank.".to_owned(),
        fields: BTreeMap::from([("q".to_owned(), vec![fault])]),
    }
}

fn example() -> SearchPage {
    let summary = example_summary();
    let highlight = Highlight {
        field: SearchField::Title,
        text: summary.title.clone(),
        ranges: vec![(2, 9)],
    };
    let hit = SearchHit {
        summary,
        highlights: vec![highlight],
    };
    example_page(vec![hit], 1)
}
