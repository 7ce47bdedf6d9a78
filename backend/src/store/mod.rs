//! State that must outlive the process: [`Store`], and an adapter for each database.
//!
//! A method returns when its work is durably committed. Times are seconds since the Unix epoch.

pub mod data_dir;
pub mod health;
pub mod message;
pub mod postgres;
pub mod reading;
mod server;
pub mod session;
mod sql;
pub mod sqlite;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use shared::flash::Flash;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::watch;

use crate::session_id::SessionId;
use crate::store::postgres::PostgresStore;
use crate::store::sqlite::SqliteStore;
use crate::telemetry::Chain;
use message::{InboxEntry, Message, OutgoingMail, Reference, Stats, Stored};
use reading::{Reading, ReadingRules, SourceClaim, StoredCopy};
use session::{EndedSession, SessionState, WaitingFlash};

/// The most flashes that wait for one session. Further ones replace the oldest.
pub const MAX_WAITING_FLASHES: u32 = 20;

/// A database.
#[async_trait]
pub trait Store: SessionStore + MessageStore + Outbox + ReadingStore {
    /// Whether other servers can use it at the same time. Then the memory of one server can be out of
    /// date.
    fn is_shared(&self) -> bool;

    /// Whether it could be reached when it was last asked.
    fn is_up(&self) -> bool;

    /// The database's time of day. `None` for a file, which has no clock of its own.
    async fn time(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Deletes all that was to be kept until a time before `now`, except the last reading of each source.
    /// A database with a clock of its own deletes only what has expired by both clocks.
    async fn forget_expired(&self, now: i64) -> Result<(), StoreError>;

    /// Counts a contact message of a client, unless the client has sent `limit` within the `period`.
    /// Then it returns how long the client has to wait. A database that is not shared counts none and
    /// allows all.
    async fn count_use(
        &self,
        client: &[u8],
        limit: usize,
        period: Duration,
    ) -> Result<Option<Duration>, StoreError>;
}

/// Flashes that wait, and sessions that have ended.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Every session for which flashes wait, and until when they are kept.
    async fn sessions_with_flashes(&self) -> Result<Vec<(SessionId, i64)>, StoreError>;

    /// Leaves flashes waiting for a session. Of more than [`MAX_WAITING_FLASHES`] the oldest are deleted.
    async fn add_flashes(
        &self,
        session: SessionId,
        flashes: &[Flash],
        keep_until: i64,
    ) -> Result<(), StoreError>;

    /// Takes the flashes that wait for a session, oldest first. Of two calls at once only one gets
    /// each flash. A call that is dropped or fails before its commit takes nothing.
    async fn take_flashes(&self, session: SessionId) -> Result<Vec<WaitingFlash>, StoreError>;

    /// Puts back flashes that were taken, in their old places.
    async fn put_back_flashes(
        &self,
        session: SessionId,
        flashes: &[WaitingFlash],
    ) -> Result<(), StoreError>;

    /// Deletes the flashes that were to be kept until `keep_until` or before.
    async fn forget_flashes(&self, keep_until: i64) -> Result<(), StoreError>;

    /// Records that a session has ended.
    async fn end_session(&self, session: SessionId, keep_until: i64) -> Result<(), StoreError>;

    /// The state of a session that a request depends on.
    async fn session_state(&self, session: SessionId) -> Result<SessionState, StoreError>;

    /// The sessions that ended after the end with the number `after`, in the order in which they ended.
    async fn ended_sessions(&self, after: i64) -> Result<Vec<EndedSession>, StoreError>;
}

/// The inbox.
#[async_trait]
pub trait MessageStore: Send + Sync {
    /// Stores a message, unless one with the same idempotency key exists. With `mail_due` a
    /// notification of it is due from that time on. Both are committed together.
    async fn add_message(
        &self,
        message: &Message,
        idempotency_key: Option<&str>,
        mail_due: Option<i64>,
    ) -> Result<Stored, StoreError>;

    /// The inbox, newest first: at most `limit` entries with a lower number than `before`.
    async fn messages(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<InboxEntry>, StoreError>;

    /// One message.
    async fn message(&self, reference: &Reference) -> Result<Option<Message>, StoreError>;

    /// Deletes a message, and its notification if that was not sent yet. False when there is none.
    async fn delete_message(&self, reference: &Reference) -> Result<bool, StoreError>;

    /// Figures about the inbox. Messages received at `since` or later are recent.
    async fn message_stats(&self, since: i64) -> Result<Stats, StoreError>;
}

/// Notifications that are still to be sent (outbox pattern).
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Leases the notification that has been due longest at `now`. No other server gets it for
    /// `lease_seconds`.
    async fn claim_mail(
        &self,
        now: i64,
        lease_seconds: i64,
    ) -> Result<Option<OutgoingMail>, StoreError>;

    /// Notes that the notification of this message was sent.
    async fn mail_sent(&self, reference: &Reference) -> Result<(), StoreError>;

    /// Notes that it could not be sent; it is due again at `due`.
    async fn mail_failed(&self, reference: &Reference, due: i64) -> Result<(), StoreError>;
}

/// Readings of the blogs' source, which all servers share. Times are milliseconds since the Unix
/// epoch; a database with a clock of its own uses that in place of `now`.
#[async_trait]
pub trait ReadingStore: Send + Sync {
    /// Claims the source for this server, if it may be read now. Of several servers one gets the claim,
    /// until its lease ends. A database that is not shared needs no lease.
    async fn claim_source(
        &self,
        source: &str,
        now: i64,
        rules: ReadingRules,
    ) -> Result<SourceClaim, StoreError>;

    /// Records a reading of a claimed source. Its copy is kept for at least `keep`.
    async fn add_reading(
        &self,
        source: &str,
        copy: &StoredCopy,
        now: i64,
        keep: Duration,
    ) -> Result<Reading, StoreError>;

    /// Extends the claim on a source to a `lease` from `now` on.
    async fn renew_lease(&self, source: &str, now: i64, lease: Duration) -> Result<(), StoreError>;

    /// Records that a claimed source could not be read. No server may read it during the pause.
    async fn reading_failed(
        &self,
        source: &str,
        now: i64,
        pause: Duration,
    ) -> Result<(), StoreError>;

    /// Changes when a server may have recorded something about a source. Notifications can be lost, so
    /// callers must also ask from time to time. Closed when there are no notifications.
    fn readings_noted(&self) -> watch::Receiver<()>;

    /// The readings of a source after the one with the number `after`, oldest first.
    async fn readings(&self, source: &str, after: i64) -> Result<Vec<Reading>, StoreError>;

    /// The body of a copy.
    async fn copy(&self, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;
}

/// Why a database can't be used right now.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A statement failed: the database is locked, full or gone.
    #[error("the database can't be used")]
    Failed(#[from] sqlx::Error),
    /// The database does not answer. A database server is asked again in the background. Until it
    /// answers, every call fails at once.
    #[error("the database does not answer")]
    Unreachable,
    /// The database can be read but not written: its disk is full, or it is read-only. The log says why.
    #[error("the database can't be written")]
    Unwritable,
}

impl StoreError {
    /// Logs `what`, a sentence on what failed, with this error. For a database that is unreachable or
    /// unwritable it logs at debug level, since the store has already logged the cause, once for all failures.
    pub fn log(&self, what: &'static str) {
        match self {
            Self::Failed(_) => tracing::error!(cause = %Chain(self), "{what}"),
            Self::Unreachable | Self::Unwritable => {
                tracing::debug!(cause = %Chain(self), "{what}");
            }
        }
    }
}

/// A database.
#[derive(Clone)]
pub enum DatabaseUrl {
    /// A file, which only this server uses.
    Sqlite(PathBuf),
    /// A database server, which other servers of the site may use too.
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

/// Opens the database, and brings its tables up to date. Waits for a database server that can't be reached
/// yet. `connections` is the most connections to it.
///
/// # Errors
/// When it can't be used, with what to do about it.
pub async fn open(database: &DatabaseUrl, connections: u32) -> anyhow::Result<Arc<dyn Store>> {
    Ok(match database {
        DatabaseUrl::Sqlite(path) => Arc::new(SqliteStore::open(path).await?),
        DatabaseUrl::Postgres(options) => {
            let options = PgConnectOptions::clone(options);
            Arc::new(PostgresStore::connect_patiently(options, connections).await?)
        }
    })
}
