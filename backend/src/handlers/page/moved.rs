//! Old addresses.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::contents::Fetched;
use crate::app::App;
use crate::cache::Reader;
use crate::site::old_addresses;
use crate::site::redirects::Moved;

/// The answer at an address without a page: where the content is now, or that it is gone. Old addresses of
/// posts are those in the copy that the reader reads.
pub(super) async fn moved(
    app: &App,
    fetched: &Fetched,
    path: &str,
    reader: Option<Reader>,
) -> Option<Response> {
    let posts = match &fetched.view {
        Some(view) => view.snapshot.clone(),
        None => app.blogs.peek(reader).await.snapshot,
    };
    let redirects = &app.profile.redirects;
    let moved = old_addresses::find(path, redirects, fetched.profile.pages(), &posts)?;
    Some(match moved {
        Moved::To { location, status } => (status, [(header::LOCATION, location)]).into_response(),
        Moved::Gone => StatusCode::GONE.into_response(),
    })
}
