//! Old addresses.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::site::profile::ProfileView;
use crate::site::redirects::Moved;

/// The answer at an old address: where the content is now, or that it is gone.
pub(super) fn moved(app: &App, profile: &ProfileView, path: &str) -> Option<Response> {
    let moved = app
        .profile
        .redirects
        .find(path)
        .or_else(|| profile.moved_page(path))
        .or_else(|| blog_of_old_address(path))?;
    Some(match moved {
        Moved::To { location, status } => (status, [(header::LOCATION, location)]).into_response(),
        Moved::Gone => StatusCode::GONE.into_response(),
    })
}

/// `/blog/{id}` is the address of a post in other programs that speak this API.
fn blog_of_old_address(path: &str) -> Option<Moved> {
    let id = path.strip_prefix("/blog/")?.trim_end_matches('/');
    let is_id = !id.is_empty() && !id.contains('/');
    is_id.then(|| Moved::To {
        location: format!("/blogs/{id}"),
        status: StatusCode::PERMANENT_REDIRECT,
    })
}
