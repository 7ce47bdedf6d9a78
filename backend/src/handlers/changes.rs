//! Changes of a preview's content.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

use crate::api::openapi::Failure;
use crate::app::App;
use crate::error::{ApiError, EnvelopeBody};

/// How soon a browser reconnects after the server was restarted.
const RETRY: Duration = Duration::from_millis(500);

/// Changes of a preview's content
///
/// Server-sent events, not in an envelope. The data of each is the version of the site's content, a number
/// that grows. The first event has the current version. Another one follows whenever a file was saved. Only
/// with `--preview`; 404 otherwise.
#[utoipa::path(
    get, path = "/api/v1/changes", operation_id = "watchChanges", tag = "Service",
    responses(
        (
            status = 200, description = "The events, without end", content_type = "text/event-stream", body = String,
            example = json!("retry: 500\ndata: 1795668000000\n\n")
        ),
        (
            status = 404, description = "The server shows no preview", body = Failure,
            example = json!(Failure::of(&ApiError::NotFound))
        ),
    ),
)]
pub async fn show(State(app): State<App>) -> Result<Response, ApiError> {
    let preview = app.preview.as_ref().ok_or(ApiError::NotFound)?;
    let event = |version: u64| Event::default().retry(RETRY).data(version.to_string());
    let events = preview
        .versions()
        .map(move |version| Ok::<_, Infallible>(event(version)));
    let events = Sse::new(events).keep_alive(KeepAlive::default());
    let mut response = events.into_response();
    response.extensions_mut().insert(EnvelopeBody::Document);
    Ok(response)
}
