//! What must outlive the process: one adapter a file behind [`Store`].

pub mod sqlite;

use async_trait::async_trait;
use shared::flash::Flash;
use uuid::Uuid;

use crate::token::SessionId;

/// Messages that wait for one session at most; beyond it the oldest goes first.
pub const MAX_WAITING_FLASHES: u32 = 20;

/// A database. What a method has done is durably committed when it returns.
///
/// Times are seconds since the Unix epoch.
#[async_trait]
pub trait Store: Send + Sync {
    /// Every session for which messages wait, and until when they are kept.
    async fn sessions_with_flashes(&self) -> Result<Vec<(SessionId, i64)>, StoreError>;

    /// Leaves messages waiting for a session; of more than [`MAX_WAITING_FLASHES`] the oldest go.
    async fn add_flashes(
        &self,
        session: SessionId,
        flashes: &[Flash],
        keep_until: i64,
    ) -> Result<(), StoreError>;

    /// Takes the messages that wait for a session, oldest first. Of two that take at once, only
    /// one gets each message.
    async fn take_flashes(&self, session: SessionId) -> Result<Vec<Flash>, StoreError>;

    /// The greatest id of a waiting message.
    async fn newest_flash_id(&self) -> Result<Option<Uuid>, StoreError>;

    /// Deletes the messages of sessions for which they were to be kept until `keep_until` or
    /// before.
    async fn forget_flashes(&self, keep_until: i64) -> Result<(), StoreError>;

    /// Remembers that a session has ended.
    async fn end_session(&self, session: SessionId, keep_until: i64) -> Result<(), StoreError>;

    /// Every session that has ended, and until when that must be known.
    async fn ended_sessions(&self) -> Result<Vec<(SessionId, i64)>, StoreError>;

    /// Deletes what was to be kept until before `now`.
    async fn forget_expired(&self, now: i64) -> Result<(), StoreError>;
}

/// A database that can't be used right now: locked, full, gone.
#[derive(Debug, thiserror::Error)]
#[error("the database can't be used")]
pub struct StoreError(#[from] sqlx::Error);
