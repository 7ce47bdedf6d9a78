//! Session tokens: JSON Web Tokens (RFC 7519) signed with HMAC-SHA256, as RFC 8725 advises.
//!
//! Pure: the time comes in as a parameter, and keys come from configuration alone. Only FlashBlog
//! makes these tokens, so each key has one header, and a token that does not begin with exactly
//! that header is refused before anything in it is decoded.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The header's `typ`, which keeps tokens made for something else out (RFC 8725, section 3.11).
pub const TOKEN_TYPE: &str = "flashblog-session+jwt";
/// Longer tokens are refused unread; ours have about 480 bytes.
pub const MAX_TOKEN_BYTES: usize = 2048;
/// How far the clocks of two servers may be apart, in seconds.
pub const LEEWAY_SECONDS: i64 = 5;
/// A session ends this long after it began, however much it is used.
pub const ABSOLUTE_LIFETIME_SECONDS: i64 = 24 * 3600;

const ISSUER: &str = "flashblog";
const AUDIENCE: &str = "flashblog-api";

/// A session's identity: 128 random bits, written as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionId(u128);

impl SessionId {
    /// An id that nobody can guess.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn random() -> Result<Self, getrandom::Error> {
        random_bits().map(Self)
    }

    /// The 16 bytes that it consists of.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// The id that consists of these bytes, if they are 16.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(u128::from_be_bytes).map(Self)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for SessionId {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let canonical = text.len() == 32
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !canonical {
            return Err(TokenError::Claims);
        }
        u128::from_str_radix(text, 16)
            .map(Self)
            .map_err(|_| TokenError::Claims)
    }
}

/// What a valid token says. Times are seconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// Whose token it is: the same through every renewal.
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
    /// When the operating system has no randomness to give.
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
}

/// Why a token is not valid. For logs; a client learns only that it isn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a token by its shape or size.
    #[error("malformed")]
    Malformed,
    /// Not of our type, algorithm or keys.
    #[error("not a header of ours")]
    Header,
    /// Not signed by a key of ours.
    #[error("signature does not verify")]
    Signature,
    /// Signed by us, but its claims are not a session's.
    #[error("claims won't do")]
    Claims,
    /// Its time, or the session's, is over.
    #[error("expired")]
    Expired,
    /// It claims to be from the future.
    #[error("not valid yet")]
    NotYetValid,
}

/// A token that verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// What it says.
    pub claims: Claims,
    /// Whether a fallback key verified it, so that it should be signed anew.
    pub by_fallback: bool,
}

/// The keys that sign and verify. `Debug` never shows them.
pub struct Keys {
    signing: Key,
    fallbacks: Vec<Key>,
}

struct Key {
    /// The header of the key's tokens (RFC 7515, section 4) in base64url.
    header: String,
    hmac: hmac::Key,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys([redacted; {}])", 1 + self.fallbacks.len())
    }
}

impl Key {
    fn new(secret: &[u8]) -> Self {
        let kid = key_id(secret);
        let header = format!(r#"{{"typ":"{TOKEN_TYPE}","alg":"HS256","kid":"{kid}"}}"#);
        Self {
            header: URL_SAFE_NO_PAD.encode(header),
            hmac: hmac::Key::new(hmac::HMAC_SHA256, secret),
        }
    }
}

impl Keys {
    /// `signing` signs and verifies, each of `fallbacks` only verifies. The caller has checked
    /// that each has at least 32 bytes.
    #[must_use]
    pub fn new<'a>(signing: &'a [u8], fallbacks: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self {
            signing: Key::new(signing),
            fallbacks: fallbacks.into_iter().map(Key::new).collect(),
        }
    }

    /// Signs `claims` as a compact token (RFC 7515, section 7.1) with a `jti` of its own.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn sign(&self, claims: &Claims) -> Result<String, SignError> {
        let claims = serde_json::to_vec(&WireClaims {
            iss: ISSUER,
            aud: AUDIENCE,
            sid: &claims.session_id.to_string(),
            jti: &format!("{:032x}", random_bits()?),
            iat: claims.issued_at,
            nbf: claims.issued_at,
            exp: claims.expires_at,
            sst: claims.started_at,
        })?;
        let mut token = format!("{}.{}", self.signing.header, URL_SAFE_NO_PAD.encode(claims));
        let tag = hmac::sign(&self.signing.hmac, token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(tag, &mut token);
        Ok(token)
    }

    /// Checks a token's size, header, signature, issuer, audience and times, in this order.
    ///
    /// # Errors
    /// Says which of these it fails.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Verified, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let (message, tag) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(TokenError::Malformed)?;
        let by_fallback = header != self.signing.header;
        let key = if by_fallback {
            let mut fallbacks = self.fallbacks.iter();
            fallbacks.find(|key| key.header == header)
        } else {
            Some(&self.signing)
        }
        .ok_or(TokenError::Header)?;
        hmac::verify(&key.hmac, message.as_bytes(), &decode(tag)?)
            .map_err(|_| TokenError::Signature)?;
        let claims = decode(claims)?;
        let claims: WireClaims<'_> =
            serde_json::from_slice(&claims).map_err(|_| TokenError::Claims)?;
        if claims.iss != ISSUER || claims.aud != AUDIENCE {
            return Err(TokenError::Claims);
        }
        claims.check_times(now.as_second())?;
        Ok(Verified {
            claims: Claims {
                session_id: claims.sid.parse()?,
                issued_at: claims.iat,
                expires_at: claims.exp,
                started_at: claims.sst,
            },
            by_fallback,
        })
    }
}

/// Base64url in its one canonical spelling: no padding, no leftover bits.
fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| TokenError::Malformed)
}

/// Why a token could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The operating system has no randomness to give.
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    /// The claims can't be written.
    #[error("the claims can't be written: {0}")]
    Claims(#[from] serde_json::Error),
}

/// The payload as RFC 7519 names it, and `sst`: the session's start time.
#[derive(Serialize, Deserialize)]
struct WireClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sid: &'a str,
    jti: &'a str,
    iat: i64,
    nbf: i64,
    exp: i64,
    sst: i64,
}

impl WireClaims<'_> {
    fn check_times(&self, now: i64) -> Result<(), TokenError> {
        let latest = now.saturating_add(LEEWAY_SECONDS);
        let earliest = now.saturating_sub(LEEWAY_SECONDS);
        if self.iat > latest || self.nbf > latest || self.sst > latest {
            return Err(TokenError::NotYetValid);
        }
        if self.exp < earliest || self.sst.saturating_add(ABSOLUTE_LIFETIME_SECONDS) < earliest {
            return Err(TokenError::Expired);
        }
        Ok(())
    }
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

fn random_bits() -> Result<u128, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(u128::from_le_bytes(bytes))
}

#[cfg(test)]
mod malformed_tests;
#[cfg(test)]
mod tests;
