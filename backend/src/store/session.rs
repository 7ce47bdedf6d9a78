//! Flashes and sessions as the store keeps them.

use shared::flash::Flash;

use crate::session_id::SessionId;

/// A flash that waits for its session's next envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFlash {
    /// Its place in the order in which flashes were left.
    pub number: i64,
    /// The flash.
    pub flash: Flash,
    /// When it may be deleted, in seconds since the Unix epoch.
    pub keep_until: i64,
}

/// The state of a session that a request depends on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionState {
    /// If the session has ended: until when that must be remembered, in seconds since the Unix epoch.
    pub ended: Option<i64>,
    /// Whether flashes wait for it.
    pub flashes_wait: bool,
}

/// A session that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedSession {
    /// Its place in the order in which sessions ended.
    pub number: i64,
    /// Its id.
    pub session: SessionId,
    /// Until when its end must be remembered, in seconds since the Unix epoch.
    pub keep_until: i64,
}
