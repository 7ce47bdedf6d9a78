//! The visitor's session: found in a request, begun where there is none, carried back.

pub mod credentials;
pub mod memory;
pub mod token;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use parking_lot::Mutex;
use quick_cache::sync::Cache;
use shared::flash::{Category, Flash};

use crate::clock::Clock;
use crate::error::ApiError;
use crate::session::credentials::{bearer_token, cookies};
use crate::session::memory::{EndError, SessionMemory};
use crate::session::token::{
    ABSOLUTE_LIFETIME_SECONDS, Claims, Keys, LEEWAY_SECONDS, SignError, TokenError, Verified,
};
use crate::session_id::SessionId;
use crate::telemetry::Chain;

/// Verified tokens that are remembered: those of the readers who are there right now, at about
/// half a kilobyte each.
const MAX_VERIFIED_TOKENS: usize = 4096;

/// Makes, finds and renews sessions.
pub struct Sessions {
    keys: Keys,
    /// Tokens that verified lately: their signatures need not be computed again.
    verified: Cache<String, Verified>,
    memory: Arc<SessionMemory>,
    clock: Arc<dyn Clock>,
    /// What the clocks said when the server started.
    started: (Timestamp, Duration),
    lifetime_seconds: i64,
    https: bool,
}

impl Sessions {
    /// `https` says whether people reach the site by https, so that cookies can be `Secure`.
    #[must_use]
    pub fn new(
        keys: Keys,
        memory: Arc<SessionMemory>,
        clock: Arc<dyn Clock>,
        lifetime: Duration,
        https: bool,
    ) -> Self {
        Self {
            keys,
            verified: Cache::new(MAX_VERIFIED_TOKENS),
            memory,
            started: (clock.now(), clock.uptime()),
            clock,
            lifetime_seconds: i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX),
            https,
        }
    }

    /// The cookie's name. `__Host-` makes browsers hold it to Secure, Path=/ and no Domain
    /// (rfc6265bis, section 4.1.3.2).
    #[must_use]
    pub fn cookie_name(&self) -> &'static str {
        if self.https {
            "__Host-session"
        } else {
            "session"
        }
    }

    /// Reads the session that a request carries. An invalid cookie is no session, as in Flask.
    ///
    /// # Errors
    /// [`ApiError::InvalidToken`] for a Bearer token that does not verify; the cookie is not
    /// looked at then.
    pub async fn open(self: &Arc<Self>, headers: &HeaderMap) -> Result<Visit, ApiError> {
        let now = self.clock.now();
        let mut visit = VisitState {
            carrier: Carrier::Cookie,
            claims: None,
            begun: false,
            cookie: CookieChange::None,
            flashes: Vec::new(),
        };
        if let Some(token) = bearer_token(headers) {
            let verified = self.verify(token).await.ok_or(ApiError::InvalidToken)?;
            visit.carrier = Carrier::Bearer;
            visit.claims = Some(verified.claims);
        } else if let Some(verified) = self.verify_cookie(headers).await {
            let age = now.as_second() - verified.claims.issued_at;
            if verified.by_fallback || age > self.lifetime_seconds / 10 {
                visit.claims = Some(verified.claims.renew(now, self.lifetime_seconds));
                visit.cookie = CookieChange::Set;
            } else {
                visit.claims = Some(verified.claims);
            }
        }
        Ok(Visit {
            sessions: Arc::clone(self),
            state: Arc::new(Mutex::new(visit)),
        })
    }

    /// Does what has to be done from time to time: forgets sessions that are over.
    pub async fn evict_expired(&self) {
        if let Err(error) = self
            .memory
            .forget_expired(self.time_passed_for_sure())
            .await
        {
            tracing::warn!(cause = %Chain(&error), "Expired sessions can't be forgotten yet");
        }
    }

    /// Sessions for which messages wait.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.memory.waiting()
    }

    /// The time of day in seconds, but never later than what has passed since the start: a clock
    /// that jumps ahead and back again must not make the server forget which sessions have ended.
    fn time_passed_for_sure(&self) -> i64 {
        let (time, uptime) = self.started;
        let running = self.clock.uptime().saturating_sub(uptime).as_secs();
        let steady = time
            .as_second()
            .saturating_add(i64::try_from(running).unwrap_or(i64::MAX));
        steady.min(self.clock.now().as_second())
    }

    /// The first of the request's session cookies that verifies.
    async fn verify_cookie(&self, headers: &HeaderMap) -> Option<Verified> {
        for token in cookies(headers, self.cookie_name()) {
            if let Some(verified) = self.verify(token).await {
                return Some(verified);
            }
        }
        None
    }

    /// A token that is ours, in time, and of a session that has not ended.
    async fn verify(&self, token: &str) -> Option<Verified> {
        match self.verify_signed(token) {
            Ok(verified) => {
                let ended = self.memory.has_ended(verified.claims.session_id).await;
                (!ended).then_some(verified)
            }
            Err(reason) => {
                tracing::debug!(%reason, "Token refused");
                None
            }
        }
    }

    fn verify_signed(&self, token: &str) -> Result<Verified, TokenError> {
        let now = self.clock.now();
        if let Some(verified) = self.verified.get(token) {
            verified.claims.check_times(now)?;
            return Ok(verified);
        }
        let verified = self.keys.verify(token, now)?;
        self.verified.insert(token.to_owned(), verified);
        Ok(verified)
    }

    fn new_flash(&self, category: Category, message: impl Into<String>) -> Flash {
        Flash {
            id: self.memory.next_flash_id(),
            category,
            message: message.into(),
        }
    }

    fn set_cookie(&self, claims: &Claims) -> Result<String, SignError> {
        let token = self.keys.sign(claims)?;
        Ok(self.cookie(&token, claims.expires_at - claims.issued_at))
    }

    fn cookie(&self, value: &str, max_age: i64) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!(
            "{}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age}{secure}",
            self.cookie_name()
        )
    }
}

/// Where a request's token stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// In the cookie, or nowhere yet.
    Cookie,
    /// In the `Authorization` header.
    Bearer,
}

/// One request's view of its session, shared by the envelope and the handler.
#[derive(Clone)]
pub struct Visit {
    sessions: Arc<Sessions>,
    state: Arc<Mutex<VisitState>>,
}

struct VisitState {
    carrier: Carrier,
    claims: Option<Claims>,
    /// Whether the session began with this request, so that nothing can wait for it yet.
    begun: bool,
    cookie: CookieChange,
    flashes: Vec<Flash>,
}

enum CookieChange {
    None,
    Set,
    Clear,
}

impl Visit {
    /// The session that the request came with.
    #[must_use]
    pub fn session_id(&self) -> Option<SessionId> {
        self.state.lock().claims.map(|claims| claims.session_id)
    }

    /// Whether messages wait for an envelope, or may do.
    #[must_use]
    pub fn has_waiting_flashes(&self) -> bool {
        self.session_id()
            .is_some_and(|session| self.sessions.memory.has_waiting_flashes(session))
    }

    /// Takes the messages that this response delivers, oldest first: those that waited for the
    /// session, then those that the handler flashed.
    pub async fn deliver_flashes(&self) -> Vec<Flash> {
        let returning = {
            let state = self.state.lock();
            state.claims.filter(|_| !state.begun)
        };
        let mut flashes = match returning {
            Some(claims) => self.sessions.memory.take_flashes(claims.session_id).await,
            None => Vec::new(),
        };
        flashes.append(&mut self.take_own_flashes());
        flashes
    }

    /// Takes the messages that this request's handler flashed.
    #[must_use]
    pub fn take_own_flashes(&self) -> Vec<Flash> {
        std::mem::take(&mut self.state.lock().flashes)
    }

    /// Leaves what the handler flashed for the session's next envelope: this response has none
    /// that a person would see.
    ///
    /// # Errors
    /// 503 when it can't be stored; then it is here still.
    pub async fn keep_flashes(&self) -> Result<(), ApiError> {
        let (claims, flashes) = {
            let state = self.state.lock();
            (state.claims, state.flashes.clone())
        };
        if let Some(claims) = claims.filter(|_| !flashes.is_empty()) {
            let until = end_of_tokens(&claims);
            let memory = &self.sessions.memory;
            memory
                .leave_flashes(claims.session_id, flashes, until)
                .await?;
        }
        self.state.lock().flashes.clear();
        Ok(())
    }

    /// Whether the handler flashed that something was not done, or not as it should be.
    #[must_use]
    pub fn holds_bad_news(&self) -> bool {
        let state = self.state.lock();
        let mut categories = state.flashes.iter().map(|flash| flash.category);
        categories.any(|category| matches!(category, Category::Warning | Category::Error))
    }

    /// Tells the person behind the session something, once.
    fn flash(&self, category: Category, message: impl Into<String>) {
        let flash = self.sessions.new_flash(category, message);
        self.state.lock().flashes.push(flash);
    }

    /// Writes the session's cookie into the response's headers, if it changed.
    ///
    /// # Errors
    /// When a token can't be signed.
    pub fn write_headers(&self, headers: &mut HeaderMap) -> Result<(), ApiError> {
        let state = self.state.lock();
        let cookie = match (&state.cookie, &state.claims) {
            (CookieChange::Set, Some(claims)) => self
                .sessions
                .set_cookie(claims)
                .map_err(ApiError::internal)?,
            (CookieChange::Clear, _) => self.sessions.cookie("", 0),
            _ => return Ok(()),
        };
        let cookie = HeaderValue::try_from(cookie).map_err(ApiError::internal)?;
        headers.append(header::SET_COOKIE, cookie);
        Ok(())
    }
}

/// The visitor's session. In a handler's signature it means that there is one: a request that
/// came without gets a new one, and its cookie with the response.
#[derive(Clone)]
pub struct Session {
    visit: Visit,
    claims: Claims,
}

impl Session {
    /// Who this is.
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.claims.session_id
    }

    /// What the session's current token says.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Tells the person behind the session something, once.
    pub fn flash(&self, category: Category, message: impl Into<String>) {
        self.visit.flash(category, message);
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let visit = visit(parts)?;
        let claims = {
            let mut state = visit.state.lock();
            match state.claims {
                Some(claims) => claims,
                None => {
                    let sessions = &visit.sessions;
                    let claims = Claims::begin(sessions.clock.now(), sessions.lifetime_seconds)
                        .map_err(|error| ApiError::internal(error.to_string()))?;
                    state.claims = Some(claims);
                    state.begun = true;
                    state.cookie = CookieChange::Set;
                    claims
                }
            }
        };
        Ok(Self { visit, claims })
    }
}

/// The session of a request, if it came with one, for handlers that decide what becomes of it.
pub struct MaybeSession {
    visit: Visit,
}

impl MaybeSession {
    /// Renews the session, or begins one, for a client that will send the token as Bearer: the
    /// token is returned, and no cookie is set.
    ///
    /// # Errors
    /// When there is no randomness to make a token from.
    pub fn grant_token(&self) -> Result<(Claims, String), ApiError> {
        let claims = self.renew_or_begin()?;
        self.visit.state.lock().cookie = CookieChange::None;
        let token = self
            .visit
            .sessions
            .keys
            .sign(&claims)
            .map_err(ApiError::internal)?;
        Ok((claims, token))
    }

    /// Renews the session, or begins one, for a browser: the token travels in the cookie alone.
    ///
    /// # Errors
    /// When there is no randomness to make a token from.
    pub fn grant_cookie(&self) -> Result<Claims, ApiError> {
        let claims = self.renew_or_begin()?;
        self.visit.state.lock().cookie = CookieChange::Set;
        Ok(claims)
    }

    fn renew_or_begin(&self) -> Result<Claims, ApiError> {
        let sessions = &self.visit.sessions;
        let now = sessions.clock.now();
        let mut state = self.visit.state.lock();
        let claims = match state.claims {
            Some(claims) => claims.renew(now, sessions.lifetime_seconds),
            None => {
                state.begun = true;
                Claims::begin(now, sessions.lifetime_seconds)
                    .map_err(|error| ApiError::internal(error.to_string()))?
            }
        };
        state.claims = Some(claims);
        Ok(claims)
    }

    /// Ends the session, if there is one, and clears the cookie. Says so to the person.
    ///
    /// # Errors
    /// 503 when the end can't be made to last; then the session goes on.
    pub async fn end(&self) -> Result<Option<SessionId>, ApiError> {
        let claims = self.visit.state.lock().claims;
        if let Some(claims) = claims {
            let memory = &self.visit.sessions.memory;
            memory
                .end(claims.session_id, end_of_tokens(&claims))
                .await
                .map_err(|error| match error {
                    EndError::Store(error) => error.into(),
                    EndError::TooMany => {
                        tracing::error!(cause = %error, "Request failed");
                        ApiError::Status(StatusCode::SERVICE_UNAVAILABLE)
                    }
                })?;
        }
        let goodbye = self
            .visit
            .sessions
            .new_flash(Category::Info, "Your session has ended.");
        let mut state = self.visit.state.lock();
        state.cookie = CookieChange::Clear;
        state.flashes.push(goodbye);
        Ok(claims.map(|claims| claims.session_id))
    }

    /// Tells the person something, once: in this response, or later if there is a session.
    pub fn flash(&self, category: Category, message: impl Into<String>) {
        self.visit.flash(category, message);
    }

    /// Whether the request is a browser's: it shows a session cookie or Fetch Metadata.
    #[must_use]
    pub fn is_browser(&self, headers: &HeaderMap) -> bool {
        cookies(headers, self.visit.sessions.cookie_name())
            .next()
            .is_some()
            || headers
                .keys()
                .any(|name| name.as_str().starts_with("sec-fetch-"))
    }
}

impl<S: Sync> FromRequestParts<S> for MaybeSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        visit(parts).map(|visit| Self { visit })
    }
}

/// When no token of the session can be valid any more, whoever renewed it in the meantime.
fn end_of_tokens(claims: &Claims) -> i64 {
    claims.started_at + ABSOLUTE_LIFETIME_SECONDS + LEEWAY_SECONDS
}

fn visit(parts: &Parts) -> Result<Visit, ApiError> {
    parts.extensions.get::<Visit>().cloned().ok_or_else(|| {
        ApiError::internal("a handler asks for a session outside the envelope layer")
    })
}
