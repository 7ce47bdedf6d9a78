//! The contact page after a form post that was refused.

use axum::http::{Request, header, request};
use axum::response::{IntoResponse, Response};
use shared::contact::ContactMessage;
use shared::paths::API_BASE;
use shared::route::Route;

use super::contents::{Contents, Fetched};
use super::written::{Page, Personal};
use crate::api::envelope::problem;
use crate::app::App;
use crate::error::{ApiError, EnvelopeBody};
use crate::http::conditional::Preconditions;
use crate::session::Visit;
use crate::site::first_answers::FirstAnswer;
use crate::site::head::{HeadOfSite, PageHead};
use crate::telemetry::current_request_id;

/// The form as it was sent, and why it was refused. The page delivers the handler's flashes.
///
/// # Errors
/// The refusal itself, if there is no shell for a page.
pub async fn refused_form(
    app: &App,
    visit: &Visit,
    request: &request::Parts,
    message: ContactMessage,
    refusal: ApiError,
) -> Result<Response, ApiError> {
    let request_id = current_request_id();
    let parts = refusal.problem();
    let outcome = Err(problem(&parts, request_id.clone()));
    let fetched = Fetched::of(app, Route::Contact, None).await?;
    let Some(shell) = app.assets.shell(&fetched.profile.site).await else {
        return Err(refusal);
    };
    // Reloading this page would send the form again.
    let head = HeadOfSite {
        version: None,
        ..fetched.head(app)
    };
    let contents = Contents {
        status: parts.status,
        head: PageHead::of_route(head, &Route::Contact),
        answers: vec![
            FirstAnswer {
                path: format!("{API_BASE}/contact"),
                outcome,
            },
            fetched.site(),
        ],
    };
    let page = Page {
        app,
        fetched: &fetched,
        shell: &shell,
        personal: Personal {
            flashes: visit.take_own_flashes(),
            message: Some(message),
            ..Personal::default()
        },
        request_id,
    };
    let mut of_refusal = refusal.into_response();
    let retry_after = of_refusal.headers_mut().remove(header::RETRY_AFTER);
    let preconditions = Preconditions::of(&Request::from_parts(request.clone(), ()));
    let mut response = page.write_once(&contents, &preconditions);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response.extensions_mut().insert(EnvelopeBody::Document);
    Ok(response)
}
