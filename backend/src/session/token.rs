//! Session tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256, as RFC 8725 advises.
//!
//! The current time is a parameter. Keys come from the configuration only: a token's header can
//! choose one of them, and nothing else.

use std::collections::HashSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
};
use serde::{Deserialize, Serialize};

use crate::session_id::{SessionId, random_bits};

/// The header's `typ`. Tokens for other purposes have another one (RFC 8725, section 3.11).
pub const TOKEN_TYPE: &str = "flashblog-session+jwt";
/// Longer tokens are refused before they are parsed. Ours have about 480 bytes.
pub const MAX_TOKEN_BYTES: usize = 2048;
/// How far the clocks of two servers may be apart, in seconds.
pub const LEEWAY_SECONDS: i64 = 5;
/// A session ends this long after it began, even when it is used.
pub const ABSOLUTE_LIFETIME_SECONDS: i64 = 24 * 3600;

const ISSUER: &str = "flashblog";
const AUDIENCE: &str = "flashblog-api";

/// The claims of a token. Times are seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// The session. A renewal keeps it.
    pub session_id: SessionId,
    /// When this token was issued.
    pub issued_at: i64,
    /// When this token expires.
    pub expires_at: i64,
    /// When the session began.
    pub started_at: i64,
}

impl Claims {
    /// The first token of a new session.
    ///
    /// # Errors
    /// When the operating system returns no random bytes.
    pub fn begin(now: Timestamp, lifetime_seconds: i64) -> Result<Self, getrandom::Error> {
        let now = now.as_second();
        Ok(Self {
            session_id: SessionId::random()?,
            issued_at: now,
            expires_at: now + lifetime_seconds.min(ABSOLUTE_LIFETIME_SECONDS),
            started_at: now,
        })
    }

    /// The next token of the same session: valid for another lifetime, but not past the
    /// session's absolute end.
    #[must_use]
    pub fn renew(&self, now: Timestamp, lifetime_seconds: i64) -> Self {
        let now = now.as_second();
        Self {
            issued_at: now,
            expires_at: (now + lifetime_seconds.min(ABSOLUTE_LIFETIME_SECONDS))
                .min(self.started_at + ABSOLUTE_LIFETIME_SECONDS),
            ..*self
        }
    }

    /// Checks that token and session have begun and have not expired.
    ///
    /// # Errors
    /// [`TokenError::NotYetValid`] or [`TokenError::Expired`].
    pub fn check_times(&self, now: Timestamp) -> Result<(), TokenError> {
        let latest = now.as_second().saturating_add(LEEWAY_SECONDS);
        let earliest = now.as_second().saturating_sub(LEEWAY_SECONDS);
        if self.issued_at > latest || self.started_at > latest {
            return Err(TokenError::NotYetValid);
        }
        let end = self.started_at.saturating_add(ABSOLUTE_LIFETIME_SECONDS);
        if self.expires_at < earliest || end < earliest {
            return Err(TokenError::Expired);
        }
        Ok(())
    }
}

/// Why a token is not valid. Only the log says why; the client gets `invalid_token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Wrong form, size, type or algorithm.
    #[error("malformed")]
    Malformed,
    /// Not signed with one of our keys.
    #[error("signature does not verify")]
    Signature,
    /// Signed by us, but without the claims of a session.
    #[error("claims are invalid")]
    Claims,
    /// The token or its session has expired.
    #[error("expired")]
    Expired,
    /// Issued in the future.
    #[error("not valid yet")]
    NotYetValid,
}

/// A token that verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Its claims.
    pub claims: Claims,
    /// Whether a fallback key verified it. Then it is signed again with the current key.
    pub by_fallback: bool,
}

/// The keys that sign and verify. `Debug` never shows them.
pub struct Keys {
    signing: EncodingKey,
    header: Header,
    verifying: Vec<(String, DecodingKey)>,
    validation: Validation,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys([redacted; {}])", self.verifying.len())
    }
}

impl Keys {
    /// `signing` signs and verifies, each of `fallbacks` only verifies. The caller has checked
    /// that each has at least 32 bytes.
    #[must_use]
    pub fn new<'a>(signing: &'a [u8], fallbacks: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(key_id(signing));
        // The library would read the machine's clock. `verify` checks times against `now`.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims = HashSet::new();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        Self {
            signing: EncodingKey::from_secret(signing),
            header,
            verifying: std::iter::once(signing)
                .chain(fallbacks)
                .map(|key| (key_id(key), DecodingKey::from_secret(key)))
                .collect(),
            validation,
        }
    }

    /// Signs `claims` as a compact token with a `jti` of its own.
    ///
    /// # Errors
    /// When the operating system returns no random bytes.
    pub fn sign(&self, claims: &Claims) -> Result<String, SignError> {
        let wire = WireClaims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sid: claims.session_id.to_string(),
            jti: format!("{:032x}", random_bits()?),
            iat: claims.issued_at,
            nbf: claims.issued_at,
            exp: claims.expires_at,
            sst: claims.started_at,
        };
        Ok(encode(&self.header, &wire, &self.signing)?)
    }

    /// Checks a token's size, type, algorithm, key, signature, issuer, audience and times.
    ///
    /// # Errors
    /// Says which check failed.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let header = decode_header(token).map_err(|_| TokenError::Malformed)?;
        if header.typ.as_deref() != Some(TOKEN_TYPE)
            || header.alg != Algorithm::HS256
            || header.crit.is_some()
        {
            return Err(TokenError::Malformed);
        }
        let (index, (_, key)) = self
            .verifying
            .iter()
            .enumerate()
            .find(|(_, (kid, _))| header.kid.as_deref() == Some(kid))
            .ok_or(TokenError::Signature)?;
        let wire = decode::<WireClaims>(token, key, &self.validation)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::InvalidSignature => TokenError::Signature,
                jsonwebtoken::errors::ErrorKind::Base64(_) => TokenError::Malformed,
                _ => TokenError::Claims,
            })?
            .claims;
        if !is_utf8(token) {
            return Err(TokenError::Malformed);
        }
        if wire.nbf > now.as_second().saturating_add(LEEWAY_SECONDS) {
            return Err(TokenError::NotYetValid);
        }
        let claims = Claims {
            session_id: wire.sid.parse().map_err(|_| TokenError::Claims)?,
            issued_at: wire.iat,
            expires_at: wire.exp,
            started_at: wire.sst,
        };
        claims.check_times(now)?;
        Ok(Verified {
            claims,
            by_fallback: index > 0,
        })
    }
}

/// Why a token could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The operating system returned no random bytes.
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    /// The library refused.
    #[error("signing failed: {0}")]
    Library(#[from] jsonwebtoken::errors::Error),
}

/// The payload: RFC 7519's claims, and `sst`, the session's start time.
#[derive(Serialize, Deserialize)]
struct WireClaims {
    iss: String,
    aud: String,
    sid: String,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    sst: i64,
}

/// Whether header and payload are UTF-8 (RFC 8725, section 3.7). The JSON parser does not check
/// strings that it skips.
fn is_utf8(token: &str) -> bool {
    token.split('.').take(2).all(|part| {
        URL_SAFE_NO_PAD
            .decode(part)
            .is_ok_and(|bytes| std::str::from_utf8(&bytes).is_ok())
    })
}

/// A key's public name: the first 8 bytes of its SHA-256, from which the key can't be found.
fn key_id(key: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key);
    digest
        .as_ref()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod malformed_tests;
#[cfg(test)]
mod tests;
