//! The visitor's session as a resource.

use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use shared::flash::Category;
use shared::session::{SessionEnded, SessionGrant, SessionInfo};

use crate::api::envelope::Reply;
use crate::api::openapi::{Success, examples};
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::session::token::Claims;
use crate::session::{MaybeSession, Session};

/// `GET /api/v1/session`: the request's session, begun if there was none.
///
/// # Errors
/// None but the server's own faults.
#[utoipa::path(
    get, path = "/v1/session", operation_id = "getSession", tag = "Session",
    summary = "The request's session, begun if there was none",
    responses((
        status = 200, description = "The session", body = Success<SessionInfo>,
        example = json!(examples::success(examples::session_info()))
    )),
)]
pub async fn show(session: Session) -> Result<Reply, ApiError> {
    let claims = session.claims();
    Reply::ok(&SessionInfo {
        session_id: claims.session_id.to_string(),
        issued_at: time(claims.started_at)?,
        expires_at: time(claims.expires_at)?,
    })
}

/// `POST /api/v1/session`: a renewed token, or a new session's first one. Browsers get it as the
/// cookie alone, where no script can read it (OWASP ASVS 5.0, V3.3).
///
/// # Errors
/// None but the server's own faults.
#[utoipa::path(
    post, path = "/v1/session", operation_id = "createSession", tag = "Session",
    summary = "A new session, or a renewed token for the request's",
    description = "A request with a session cookie or a `Sec-Fetch-*` header is a browser's: it gets the cookie and no `token`.",
    responses((
        status = 201, description = "The session and its token", body = Success<SessionGrant>,
        example = json!(examples::success(examples::session_grant()))
    )),
)]
pub async fn create(session: MaybeSession, headers: HeaderMap) -> Result<Reply, ApiError> {
    let (claims, token) = if session.is_browser(&headers) {
        (session.grant_cookie()?, None)
    } else {
        let (claims, token) = session.grant_token()?;
        (claims, Some(token))
    };
    Reply::created(&SessionGrant {
        session_id: claims.session_id.to_string(),
        token,
        token_type: "Bearer".to_owned(),
        expires_in: lifetime(&claims),
        expires_at: time(claims.expires_at)?,
    })
}

/// `DELETE /api/v1/session`: ends the session for every carrier of its tokens. Asking again, or
/// without one, is answered the same way.
///
/// # Errors
/// 503 when the end can't be made to last; then the session goes on.
#[utoipa::path(
    delete, path = "/v1/session", operation_id = "endSession", tag = "Session",
    summary = "Ends the session, for every carrier of its tokens",
    description = "Asking again, or without a session, is answered the same way, without a `session_id`.",
    responses((
        status = 200, description = "The session has ended", body = Success<SessionEnded>,
        example = json!(examples::success_with_flash(examples::session_ended(), Category::Info, "Your session has ended."))
    )),
)]
pub async fn end(State(app): State<App>, session: MaybeSession) -> Result<Reply, ApiError> {
    let ended = session.end().await?;
    if let Some(id) = ended {
        app.blogs.forget(id);
    }
    Reply::ok(&SessionEnded {
        session_id: ended.map(|id| id.to_string()),
    })
}

fn lifetime(claims: &Claims) -> i64 {
    claims.expires_at - claims.issued_at
}

fn time(second: i64) -> Result<String, ApiError> {
    Timestamp::from_second(second)
        .map(rfc3339)
        .map_err(ApiError::internal)
}
