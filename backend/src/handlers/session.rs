//! The visitor's session as a resource.

use axum::extract::State;
use axum::http::HeaderMap;
use jiff::Timestamp;
use shared::flash::Category;
use shared::session::{SessionEnded, SessionGrant, SessionInfo};

use crate::api::envelope::Reply;
use crate::api::openapi::{Failure, Success};
use crate::app::App;
use crate::clock::rfc3339;
use crate::error::ApiError;
use crate::session::token::Claims;
use crate::session::{SESSION_ENDED, Session, Visit};

/// The request's session, begun if there was none
#[utoipa::path(
    get, path = "/api/v1/session", operation_id = "getSession", tag = "Session",
    responses((
        status = 200, description = "The session", body = Success<SessionInfo>,
        example = json!(Success::of(example_info()))
    )),
)]
pub async fn show(session: Session) -> Result<Reply, ApiError> {
    session.confirm()?;
    let claims = session.claims();
    Reply::ok(&SessionInfo {
        session_id: claims.session_id.to_string(),
        issued_at: time(claims.started_at)?,
        expires_at: time(claims.expires_at)?,
    })
}

/// A new session, or a renewed token for the request's
///
/// A request with a session cookie or a `Sec-Fetch-*` header is a browser's: it gets the cookie and no `token`.
#[utoipa::path(
    post, path = "/api/v1/session", operation_id = "createSession", tag = "Session",
    responses(
        (
            status = 201, description = "The session and its token", body = Success<SessionGrant>,
            example = json!(Success::of(example_grant()))
        ),
        (
            status = 429, description = "This client has begun and ended too many sessions", body = Failure,
            example = json!(Failure::of(&ApiError::TooManyRequests { retry_after_seconds: 42 }))
        ),
    ),
)]
pub async fn create(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Reply, ApiError> {
    count(&app, &visit)?;
    // A browser's scripts can't read its cookie (OWASP ASVS 5.0, V3.3).
    let (claims, token) = if visit.is_browser(&headers) {
        (visit.grant_cookie()?, None)
    } else {
        let (claims, token) = visit.grant_token()?;
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

/// Ends the session: none of its tokens is valid any more
///
/// Asking again, or without a session, is answered the same way, without a `session_id`.
///
/// # Errors
/// 503 when the end can't be stored; then the session goes on.
#[utoipa::path(
    delete, path = "/api/v1/session", operation_id = "endSession", tag = "Session",
    responses(
        (
            status = 200, description = "The session has ended", body = Success<SessionEnded>,
            example = json!(Success::of(example_end()).with_flash(Category::Info, SESSION_ENDED))
        ),
        (
            status = 429, description = "This client has begun and ended too many sessions; this one goes on", body = Failure,
            example = json!(Failure::of(&ApiError::TooManyRequests { retry_after_seconds: 42 }))
        ),
    ),
)]
pub async fn end(State(app): State<App>, visit: Visit) -> Result<Reply, ApiError> {
    if visit.session_id().is_some() {
        count(&app, &visit)?;
    }
    let ended = visit.end().await?;
    Reply::ok(&SessionEnded {
        session_id: ended.map(|id| id.to_string()),
    })
}

/// Counts the beginning or the end of a session. Each end is remembered for a day.
fn count(app: &App, visit: &Visit) -> Result<(), ApiError> {
    let client = visit.client()?;
    app.session_rate.spend(client).map_err(ApiError::too_many)
}

fn lifetime(claims: &Claims) -> i64 {
    claims.expires_at - claims.issued_at
}

fn time(second: i64) -> Result<String, ApiError> {
    Timestamp::from_second(second)
        .map(rfc3339)
        .map_err(ApiError::internal)
}

const EXAMPLE_ID: &str = "5f0c9a2b7d3e41868c1fb2a4d6e8907b";

fn example_info() -> SessionInfo {
    SessionInfo {
        session_id: EXAMPLE_ID.to_owned(),
        issued_at: "2026-11-24T06:30:00Z".to_owned(),
        expires_at: "2026-11-24T07:30:00Z".to_owned(),
    }
}

fn example_grant() -> SessionGrant {
    SessionGrant {
        session_id: EXAMPLE_ID.to_owned(),
        token: Some("eyJhbGciOiJIUzI1NiIsInR5cCI6ImZsYXNoYmxvZy1zZXNzaW9uK2p3dCJ9.…".to_owned()),
        token_type: "Bearer".to_owned(),
        expires_in: 3600,
        expires_at: "2026-11-24T07:30:00Z".to_owned(),
    }
}

fn example_end() -> SessionEnded {
    SessionEnded {
        session_id: Some(EXAMPLE_ID.to_owned()),
    }
}
