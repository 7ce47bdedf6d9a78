//! What the store keeps of sessions.

use shared::flash::Flash;

use crate::session_id::SessionId;

/// A flash that waits for its session's next envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingFlash {
    /// Its place in the order in which flashes were left.
    pub number: i64,
    /// What it says.
    pub flash: Flash,
    /// When it can go, in seconds since the Unix epoch.
    pub keep_until: i64,
}

/// What a request must know of its session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionState {
    /// Until when it must be known that the session has ended, if it has.
    pub ended: Option<i64>,
    /// Whether flashes wait for it.
    pub flashes_wait: bool,
}

/// A session that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedSession {
    /// Its place in the order in which sessions ended.
    pub number: i64,
    /// Which one.
    pub session: SessionId,
    /// Until when its end must be known, in seconds since the Unix epoch.
    pub keep_until: i64,
}
