//! The visitor's session: read from the request, begun when needed, sent with the response.

pub mod credentials;
mod delivery;
pub mod memory;
pub mod token;
mod visit;

pub use visit::{SESSION_ENDED, Session, Visit};

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, Request};
use jiff::Timestamp;
use quick_cache::sync::Cache;

use crate::clients::ClientKey;
use crate::clients::peer::Peer;
use crate::clients::rate_limit::{Rate, RateLimit};
use crate::clock::Clock;
use crate::error::ApiError;
use crate::session::credentials::{bearer_token, cookies};
use crate::session::memory::{SessionMemory, Standing};
use crate::session::token::{Claims, Keys, SignError, TokenError, Verified};
use crate::session::visit::{CookieChange, VisitState};

/// The most verified tokens that are remembered, at about half a kilobyte each.
const MAX_VERIFIED_TOKENS: usize = 4096;

/// Begins, verifies and renews sessions.
pub struct Sessions {
    keys: Keys,
    /// Recently verified tokens, whose signatures are not checked again.
    verified: Cache<String, Verified>,
    memory: Arc<SessionMemory>,
    /// How often one client may postpone a warning or an error to its next envelope.
    postponed_rate: RateLimit,
    clock: Arc<dyn Clock>,
    /// The time of day and the uptime when the server started.
    started: (Timestamp, Duration),
    lifetime_seconds: i64,
    https: bool,
}

impl Sessions {
    /// `https`: people reach the site by https, so that cookies are `Secure`.
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
            postponed_rate: RateLimit::new(Rate::SIXTY_A_MINUTE, Arc::clone(&clock)),
            started: (clock.now(), clock.uptime()),
            clock,
            lifetime_seconds: i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX),
            https,
        }
    }

    /// The cookie's name. With `__Host-` browsers insist on Secure, Path=/ and no Domain
    /// (rfc6265bis, section 4.1.3.2).
    #[must_use]
    pub fn cookie_name(&self) -> &'static str {
        if self.https {
            "__Host-session"
        } else {
            "session"
        }
    }

    /// Reads the session of a request by `client`, and attaches the [`Visit`] to the request for its
    /// handler. An invalid cookie is ignored, as in Flask.
    ///
    /// # Errors
    /// [`ApiError::InvalidToken`] for an invalid Bearer token; the cookie is not read then.
    pub async fn attach<B>(
        self: &Arc<Self>,
        request: &mut Request<B>,
        client: Option<ClientKey>,
    ) -> Result<Visit, ApiError> {
        let headers = request.headers();
        let now = self.clock.now();
        let mut state = VisitState::new();
        if let Some(token) = bearer_token(headers) {
            let (verified, standing) = self.verify(token).await.ok_or(ApiError::InvalidToken)?;
            state.resume(verified.claims, standing);
        } else if let Some((verified, standing)) = self.verify_cookie(headers).await {
            state.resume(verified.claims, standing);
            let age = now.as_second() - verified.claims.issued_at;
            let is_old = verified.by_fallback || age > self.lifetime_seconds / 10;
            if is_old && standing != Standing::Unknown {
                state.claims = Some(verified.claims.renew(now, self.lifetime_seconds));
                state.cookie = CookieChange::Set;
            }
        }
        let peer = request.extensions().get::<Peer>().cloned();
        let shows_flashes = delivery::shows_flashes(request);
        let visit = Visit::new(Arc::clone(self), state, client, peer, shows_flashes);
        request.extensions_mut().insert(visit.clone());
        Ok(visit)
    }

    /// Forgets expired sessions. Called every minute.
    pub async fn evict_expired(&self) {
        if let Err(error) = self.memory.forget_expired(self.steady_time()).await {
            error.log("Expired sessions can't be forgotten yet");
        }
    }

    /// The number of sessions for which flashes wait. A shared database is not asked.
    pub fn waiting(&self) -> Option<u64> {
        self.memory.waiting()
    }

    /// The time of day in seconds since the Unix epoch, but at most the time of the start plus the uptime.
    /// When the clock jumps ahead and back, the server must not forget which sessions have ended.
    fn steady_time(&self) -> i64 {
        let (time, uptime) = self.started;
        let running = self.clock.uptime().saturating_sub(uptime).as_secs();
        let steady = time
            .as_second()
            .saturating_add(i64::try_from(running).unwrap_or(i64::MAX));
        steady.min(self.clock.now().as_second())
    }

    /// The first of the request's session cookies that verifies.
    async fn verify_cookie(&self, headers: &HeaderMap) -> Option<(Verified, Standing)> {
        for token in cookies(headers, self.cookie_name()) {
            if let Some(verified) = self.verify(token).await {
                return Some(verified);
            }
        }
        None
    }

    /// Verifies signature and times, and that the session has not ended. While the database is
    /// unreachable, the standing is unknown.
    async fn verify(&self, token: &str) -> Option<(Verified, Standing)> {
        match self.verify_signed(token) {
            Ok(verified) => {
                let standing = self.memory.standing(verified.claims.session_id).await;
                (standing != Standing::Ended).then_some((verified, standing))
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

    fn set_cookie(&self, claims: &Claims) -> Result<String, SignError> {
        let token = self.keys.sign(claims)?;
        Ok(self.cookie(&token, claims.expires_at - claims.issued_at))
    }

    fn clear_cookie(&self) -> String {
        self.cookie("", 0)
    }

    fn cookie(&self, value: &str, max_age: i64) -> String {
        let secure = if self.https { "; Secure" } else { "" };
        format!(
            "{}={value}; HttpOnly; SameSite=Lax; Path=/; Max-Age={max_age}{secure}",
            self.cookie_name()
        )
    }
}
