//! One request's view of its session.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use parking_lot::Mutex;
use shared::flash::{Category, Flash};

use super::Sessions;
use super::credentials::cookies;
use super::memory::{EndError, Standing};
use super::token::{ABSOLUTE_LIFETIME_SECONDS, Claims, LEEWAY_SECONDS};
use crate::cache::Reader;
use crate::clients::ClientKey;
use crate::clients::peer::Peer;
use crate::error::ApiError;
use crate::session_id::SessionId;
use crate::store::StoreError;

/// How long a client has to wait after it has ended too many sessions.
const ENDS_PAUSE: Duration = Duration::from_secs(3_600);

/// The session of one request, shared by the layers and the handler. As an extractor it begins no
/// session; [`Session`] does.
#[derive(Clone)]
pub struct Visit(pub(super) Arc<Parts>);

pub(super) struct Parts {
    pub(super) sessions: Arc<Sessions>,
    pub(super) state: Mutex<VisitState>,
    pub(super) client: Option<ClientKey>,
    pub(super) peer: Option<Peer>,
    /// Whether the response can show flashes to a person.
    pub(super) shows_flashes: bool,
}

pub(super) struct VisitState {
    pub(super) claims: Option<Claims>,
    /// Whether the session began with this request. Then no flash can wait for it yet.
    begun: bool,
    standing: Standing,
    pub(super) cookie: CookieChange,
    /// The flashes of this request's handler.
    pub(super) flashes: Vec<Flash>,
}

pub(super) enum CookieChange {
    None,
    Set,
    Clear,
}

impl VisitState {
    pub(super) fn new() -> Self {
        Self {
            claims: None,
            begun: false,
            standing: Standing::Live {
                flashes_wait: false,
            },
            cookie: CookieChange::None,
            flashes: Vec::new(),
        }
    }

    /// Notes that the request came with a token of this session.
    pub(super) fn resume(&mut self, claims: Claims, standing: Standing) {
        self.claims = Some(claims);
        self.standing = standing;
    }
}

impl Visit {
    pub(super) fn new(
        sessions: Arc<Sessions>,
        state: VisitState,
        client: Option<ClientKey>,
        peer: Option<Peer>,
        shows_flashes: bool,
    ) -> Self {
        Self(Arc::new(Parts {
            sessions,
            state: Mutex::new(state),
            client,
            peer,
            shows_flashes,
        }))
    }

    /// The client that made the request.
    ///
    /// # Errors
    /// When the request has no peer address.
    pub fn client(&self) -> Result<ClientKey, ApiError> {
        let client = self.0.client;
        client.ok_or_else(|| ApiError::internal("a request without its peer's address"))
    }

    /// The session that the request came with, or that began with it.
    #[must_use]
    pub fn session_id(&self) -> Option<SessionId> {
        self.0.state.lock().claims.map(|claims| claims.session_id)
    }

    /// The session as a reader of the blogs.
    pub fn reader(&self) -> Option<Reader> {
        self.0.state.lock().claims.map(|claims| reader(&claims))
    }

    /// The session's claims. Begins a session where the request came without one.
    fn begin(&self) -> Result<Claims, ApiError> {
        let mut state = self.0.state.lock();
        if let Some(claims) = state.claims {
            return Ok(claims);
        }
        let claims = Claims::begin(
            self.0.sessions.clock.now(),
            self.0.sessions.lifetime_seconds,
        )
        .map_err(|error| ApiError::internal(error.to_string()))?;
        state.claims = Some(claims);
        state.begun = true;
        state.cookie = CookieChange::Set;
        Ok(claims)
    }

    /// Makes sure that the session has not ended. A session that can't be checked may only read.
    ///
    /// # Errors
    /// 503 while the database can't be asked.
    pub fn confirm(&self) -> Result<(), ApiError> {
        match self.0.state.lock().standing {
            Standing::Unknown => Err(StoreError::Unreachable.into()),
            _ => Ok(()),
        }
    }

    fn renew(&self, cookie: CookieChange) -> Result<Claims, ApiError> {
        self.confirm()?;
        let now = self.0.sessions.clock.now();
        let claims = self.begin()?.renew(now, self.0.sessions.lifetime_seconds);
        let mut state = self.0.state.lock();
        state.claims = Some(claims);
        state.cookie = cookie;
        Ok(claims)
    }

    /// Renews the session, or begins one, for a browser: only the cookie carries the token.
    ///
    /// # Errors
    /// 503 while the session can't be checked; when the system has no randomness.
    pub fn grant_cookie(&self) -> Result<Claims, ApiError> {
        self.renew(CookieChange::Set)
    }

    /// Renews the session, or begins one, for a client that sends the token as Bearer. No cookie is
    /// set.
    ///
    /// # Errors
    /// 503 while the session can't be checked; when the system has no randomness.
    pub fn grant_token(&self) -> Result<(Claims, String), ApiError> {
        let claims = self.renew(CookieChange::None)?;
        let token = self.0.sessions.keys.sign(&claims);
        Ok((claims, token.map_err(ApiError::internal)?))
    }

    /// Ends the session, if there is one, clears the cookie and flashes [`SESSION_ENDED`].
    ///
    /// # Errors
    /// 503 when the end can't be stored, 429 when the client has ended too many sessions. The session
    /// then goes on.
    pub async fn end(&self) -> Result<Option<SessionId>, ApiError> {
        let claims = self.0.state.lock().claims;
        if let Some(claims) = claims {
            self.0
                .sessions
                .memory
                .end(claims.session_id, self.0.client, end_of_tokens(&claims))
                .await
                .map_err(|error| match error {
                    EndError::Store(error) => error.into(),
                    EndError::TooManyOfClient => ApiError::too_many(ENDS_PAUSE),
                    EndError::TooMany => {
                        tracing::error!(cause = %error, "Request failed");
                        ApiError::Status(StatusCode::SERVICE_UNAVAILABLE)
                    }
                })?;
        }
        self.flash(Category::Info, SESSION_ENDED);
        self.0.state.lock().cookie = CookieChange::Clear;
        Ok(claims.map(|claims| claims.session_id))
    }

    /// Flashes a sentence. It is delivered with this response, or later if there is a session.
    pub fn flash(&self, category: Category, message: impl Into<String>) {
        let flash = Flash {
            id: self.0.sessions.memory.next_flash_id(),
            category,
            message: message.into(),
        };
        self.0.state.lock().flashes.push(flash);
    }

    /// Whether the response can show flashes to a person.
    #[must_use]
    pub fn shows_flashes(&self) -> bool {
        self.0.shows_flashes
    }

    /// Whether flashes wait for the session's next response, or may do.
    pub fn has_waiting_flashes(&self) -> bool {
        let state = self.0.state.lock();
        let Some(claims) = state.claims.filter(|_| !state.begun) else {
            return false;
        };
        let memory = &self.0.sessions.memory;
        memory.has_waiting_flashes(claims.session_id, state.standing)
    }

    /// Whether the request is a browser's: it has a session cookie or Fetch Metadata.
    #[must_use]
    pub fn is_browser(&self, headers: &HeaderMap) -> bool {
        let mut cookies = cookies(headers, self.0.sessions.cookie_name());
        let mut names = headers.keys();
        cookies.next().is_some() || names.any(|name| name.as_str().starts_with("sec-fetch-"))
    }

    /// The session's cookie, if it changed.
    ///
    /// # Errors
    /// When a token can't be signed.
    pub fn cookie(&self) -> Result<Option<HeaderValue>, ApiError> {
        let state = self.0.state.lock();
        let cookie = match (&state.cookie, &state.claims) {
            (CookieChange::Set, Some(claims)) => self
                .0
                .sessions
                .set_cookie(claims)
                .map_err(ApiError::internal)?,
            (CookieChange::Clear, _) => self.0.sessions.clear_cookie(),
            _ => return Ok(None),
        };
        HeaderValue::try_from(cookie)
            .map(Some)
            .map_err(ApiError::internal)
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            ApiError::internal("a handler asks for a session outside the envelope layer")
        })
    }
}

/// The visitor's session. As an extractor it begins a session where the request came without one;
/// the response then sets its cookie.
#[derive(Clone)]
pub struct Session {
    visit: Visit,
    claims: Claims,
}

impl Session {
    /// The session's id.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.claims.session_id
    }

    /// The session as a reader of the blogs.
    pub fn reader(&self) -> Reader {
        reader(&self.claims)
    }

    /// The claims of the session's current token.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Makes sure that the session has not ended, as [`Visit::confirm`] does.
    ///
    /// # Errors
    /// 503 while the database can't be asked.
    pub fn confirm(&self) -> Result<(), ApiError> {
        self.visit.confirm()
    }

    /// Flashes a sentence to the person behind the session.
    pub fn flash(&self, category: Category, message: impl Into<String>) {
        self.visit.flash(category, message);
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut request::Parts, state: &S) -> Result<Self, ApiError> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let claims = visit.begin()?;
        Ok(Self { visit, claims })
    }
}

/// The sentence that is flashed when a session ends.
pub const SESSION_ENDED: &str = "Your session has ended.";

fn reader(claims: &Claims) -> Reader {
    Reader {
        session: claims.session_id,
        since: claims.started_at,
    }
}

/// When no token of the session can be valid any more, also after a renewal elsewhere.
pub(super) fn end_of_tokens(claims: &Claims) -> i64 {
    claims.started_at + ABSOLUTE_LIFETIME_SECONDS + LEEWAY_SECONDS
}
