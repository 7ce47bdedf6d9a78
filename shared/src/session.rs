//! The visitor's session, as the session endpoints show it.

use serde::{Deserialize, Serialize};

/// The answer of `GET /session`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    /// 128 random bits as 32 hexadecimal digits.
    pub session_id: String,
    /// When the session began; RFC 3339, UTC.
    pub issued_at: String,
    /// When it ends if it is not used; RFC 3339, UTC.
    pub expires_at: String,
}

/// The answer of `POST /session`: a new or renewed session and, for clients that are not a browser, its
/// token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionGrant {
    /// 128 random bits as 32 hexadecimal digits.
    pub session_id: String,
    /// The signed token; absent where the response sets the cookie instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// How to send the token: always `Bearer`.
    pub token_type: String,
    /// Seconds until the token expires.
    pub expires_in: i64,
    /// When the token expires; RFC 3339, UTC.
    pub expires_at: String,
}

/// The answer of `DELETE /session`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionEnded {
    /// The ended session's id; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
}
