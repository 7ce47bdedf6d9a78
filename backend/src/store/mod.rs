//! What must outlive the process: [`Store`], and one adapter a database.

pub mod data_dir;
pub mod message;
pub mod postgres;
mod sql;
pub mod sqlite;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use shared::flash::Flash;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

use crate::session_id::SessionId;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use message::{Message, OutgoingMail, Reference, Stats, Stored};

/// Messages that wait for one session at most; beyond it the oldest goes first.
pub const MAX_WAITING_FLASHES: u32 = 20;

/// A database. What a method has done is durably committed when it returns.
///
/// Times are seconds since the Unix epoch.
#[async_trait]
pub trait Store: Send + Sync {
    /// Whether other servers use it at the same time, so that what this one remembers is not all
    /// that there is to know.
    fn is_shared(&self) -> bool;

    /// Every session for which messages wait, and until when they are kept.
    async fn sessions_with_flashes(&self) -> Result<Vec<(SessionId, i64)>, StoreError>;

    /// Leaves messages waiting for a session; of more than [`MAX_WAITING_FLASHES`] the oldest go.
    async fn add_flashes(
        &self,
        session: SessionId,
        flashes: &[Flash],
        keep_until: i64,
    ) -> Result<(), StoreError>;

    /// Takes the messages that wait for a session, oldest first, and until when they were to be
    /// kept. Of two that take at once, only one gets each message.
    async fn take_flashes(
        &self,
        session: SessionId,
    ) -> Result<(Vec<Flash>, Option<i64>), StoreError>;

    /// The greatest id of a waiting message.
    async fn newest_flash_id(&self) -> Result<Option<Uuid>, StoreError>;

    /// Deletes the messages of sessions for which they were to be kept until `keep_until` or
    /// before.
    async fn forget_flashes(&self, keep_until: i64) -> Result<(), StoreError>;

    /// Remembers that a session has ended.
    async fn end_session(&self, session: SessionId, keep_until: i64) -> Result<(), StoreError>;

    /// Until when it must be known that this session has ended, if it has.
    async fn session_end(&self, session: SessionId) -> Result<Option<i64>, StoreError>;

    /// Every session that has ended, and until when that must be known.
    async fn ended_sessions(&self) -> Result<Vec<(SessionId, i64)>, StoreError>;

    /// Deletes what was to be kept until before `now`.
    async fn forget_expired(&self, now: i64) -> Result<(), StoreError>;

    /// Keeps a message, unless one with the same idempotency key is there. With `mail_due` the
    /// owner is to be told of it from that time on: that is committed with it.
    async fn add_message(
        &self,
        message: &Message,
        idempotency_key: Option<&str>,
        mail_due: Option<i64>,
    ) -> Result<Stored, StoreError>;

    /// Messages, newest first: those that follow `after`, `limit` at most.
    async fn messages(
        &self,
        after: Option<&Message>,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError>;

    /// One message.
    async fn message(&self, reference: &Reference) -> Result<Option<Message>, StoreError>;

    /// Deletes a message, and what was still to be told of it. False when there is none.
    async fn delete_message(&self, reference: &Reference) -> Result<bool, StoreError>;

    /// The inbox in figures; recent is what was received at `since` or later.
    async fn message_stats(&self, since: i64) -> Result<Stats, StoreError>;

    /// Takes on the mail that has been due longest at `now`: nobody else will before `until`.
    async fn claim_mail(&self, now: i64, until: i64) -> Result<Option<OutgoingMail>, StoreError>;

    /// The owner was told of this message.
    async fn mail_sent(&self, reference: &Reference) -> Result<(), StoreError>;

    /// The owner could not be told; the mail is due again at `due`.
    async fn mail_failed(&self, reference: &Reference, due: i64) -> Result<(), StoreError>;
}

/// A database that can't be used right now: locked, full, gone.
#[derive(Debug, thiserror::Error)]
#[error("the database can't be used")]
pub struct StoreError(#[from] sqlx::Error);

/// A database.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file of its own.
    Sqlite(PathBuf),
    /// A server, which other servers of the site may use too.
    Postgres(Box<PgConnectOptions>),
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(options) => {
                write!(
                    f,
                    "postgres://{}:{}",
                    options.get_host(),
                    options.get_port()
                )
            }
        }
    }
}

/// Opens the database, and brings its tables up to date.
///
/// # Errors
/// When it can't be used, with what to do about it.
pub async fn open(database: &DatabaseUrl) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match database {
        DatabaseUrl::Sqlite(path) => Arc::new(SqliteStore::open(path).await?),
        DatabaseUrl::Postgres(options) => {
            Arc::new(PostgresStore::connect(PgConnectOptions::clone(options)).await?)
        }
    })
}
