//! [`Store`] in the SQL that SQLite and PostgreSQL share.

mod messages;
mod outbox;
mod readings;
mod sessions;
mod unwritable;

use std::future::Future;
use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{
    ColumnIndex, Database, Decode, Encode, Executor, IntoArguments, Pool, Row, SqlSafeStr, Type,
    query, query_scalar,
};

use super::server::ServerLink;
use super::{MessageStore, Outbox, ReadingStore, SessionStore, Store, StoreError};
use unwritable::Unwritable;

/// How long a call waits for its answer, a free connection included. Longer than either database's
/// own limits, whose errors say more.
const QUERY_TIMEOUT: Duration = Duration::from_secs(8);

/// The statements in which the two databases differ.
pub trait Dialect: Database {
    /// Whether several servers can use one database.
    const SHARED: bool;
    /// Begins a transaction that will write.
    const BEGIN_WRITING: &'static str;
    /// Makes transactions that write flashes of one session, $1, wait for each other.
    const LOCK_SESSION: Option<&'static str>;
    /// Deletes the flashes of session $1 and returns them. Those that another transaction is taking
    /// are left to it.
    const TAKE_FLASHES: &'static str;
    /// Deletes all that was to be kept until a time before $1.
    const FORGET_EXPIRED: &'static [&'static str];
    /// Leases the notification that is due at $1 for $2 seconds.
    const CLAIM_MAIL: &'static str;
    /// Counts a contact message of client $1, of which $2 are allowed within $3 milliseconds. Returns how
    /// many milliseconds the client has to wait, 0 when it was counted.
    const COUNT_USE: Option<&'static str>;
    /// Claims source $1, unless it is leased, was read within the last $3 milliseconds, or is paused.
    /// The lease lasts $4 milliseconds; NULL is no lease. $2 is the time, here and in the next three
    /// statements. It is NULL for a database that uses its own clock. A reading that is dated in the
    /// future doesn't count, since a clock was wrong.
    const CLAIM_SOURCE: &'static str;
    /// Of source $1 at time $2: whether it is leased, whether its last reading failed, and in how many
    /// milliseconds it may be read, $3 after a reading.
    const SOURCE_STATE: &'static str;
    /// Lengthens the lease on source $1 to $3 milliseconds from time $2.
    const RENEW_LEASE: &'static str;
    /// Records a reading of source $1 at time $2 and ends its lease. $3 is the pause after a failure in
    /// milliseconds, or NULL after a success. Returns the time.
    const NOTE_READING: &'static str;
    /// Notifies the servers that wait for a reading, when the transaction commits.
    const RING: Option<&'static str>;
    /// The database's time of day in milliseconds since the Unix epoch.
    const TIME: Option<&'static str>;
    /// Codes of errors that say that the database can be read but not written.
    const UNWRITABLE: &'static [&'static str];
}

/// Writes the statements on sources for a dialect. `$now` is its expression for the time.
macro_rules! source_statements {
    ($now:literal) => {
        const CLAIM_SOURCE: &'static str = concat!(
            "UPDATE sources SET lease_until = coalesce($4 + ",
            $now,
            ", 0) WHERE name = $1 AND lease_until <= ",
            $now,
            " AND (attempted_at > ",
            $now,
            " OR CASE WHEN failed THEN paused_until ELSE attempted_at + $3 END <= ",
            $now,
            ") RETURNING name"
        );
        const SOURCE_STATE: &'static str = concat!(
            "SELECT lease_until > ",
            $now,
            ", failed, CASE WHEN failed THEN paused_until ELSE attempted_at + $3 END - ",
            $now,
            " FROM sources WHERE name = $1"
        );
        const RENEW_LEASE: &'static str = concat!(
            "UPDATE sources SET lease_until = ",
            $now,
            " + $3 WHERE name = $1 AND lease_until > ",
            $now
        );
        const NOTE_READING: &'static str = concat!(
            "UPDATE sources SET lease_until = 0, failed = $3 IS NOT NULL, attempted_at = ",
            $now,
            ", paused_until = coalesce($3, 0) + ",
            $now,
            " WHERE name = $1 RETURNING attempted_at"
        );
    };
}
pub(super) use source_statements;

/// A pool of connections to a database.
pub struct SqlStore<DB: Database> {
    pool: Pool<DB>,
    /// None for a file.
    server: Option<ServerLink>,
    unwritable: Unwritable,
}

impl<DB: Dialect> SqlStore<DB> {
    pub(super) fn on(pool: Pool<DB>, server: Option<ServerLink>) -> Self {
        Self {
            pool,
            server,
            unwritable: Unwritable::default(),
        }
    }

    pub(super) fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// Waits for `work`, at most [`QUERY_TIMEOUT`]. After a timeout the caller can't know whether the work
    /// was done. For that there are idempotency keys.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        if !self.is_reachable() {
            return Err(StoreError::Unreachable);
        }
        match tokio::time::timeout(QUERY_TIMEOUT, work).await {
            Ok(done) => done.map_err(|error| self.noted(error)),
            Err(_) => {
                if let Some(server) = &self.server {
                    server.breaker.trip(&StoreError::Unreachable);
                }
                Err(StoreError::Unreachable)
            }
        }
    }

    fn is_reachable(&self) -> bool {
        let server = self.server.as_ref();
        !server.is_some_and(|server| server.breaker.is_tripped())
    }

    /// Notes whether an error means that the database is unreachable or unwritable for later calls too.
    fn noted(&self, error: sqlx::Error) -> StoreError {
        let database_error = error.as_database_error();
        let code = database_error.and_then(|error| error.code());
        if code.is_some_and(|code| DB::UNWRITABLE.contains(&&*code)) {
            self.unwritable.say(&error);
            return StoreError::Unwritable;
        }
        if let Some(server) = &self.server {
            let pool_is_full = self.pool.size() >= self.pool.options().get_max_connections();
            server.breaker.note(&error, pool_is_full);
        }
        error.into()
    }
}

/// Names and statements of migrations, numbered from 1 in their order.
pub(super) fn migrator<const COUNT: usize>(
    migrations: [(&'static str, &'static str); COUNT],
) -> Migrator {
    let numbered = (1..).zip(migrations).map(|(version, (name, sql))| {
        let kind = MigrationType::Simple;
        Migration::new(version, name.into(), kind, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(numbered.collect())
}

/// Adds advice to the error of a migration.
pub(super) fn explained(error: MigrateError) -> anyhow::Error {
    match error {
        MigrateError::VersionMissing(_) => anyhow!(
            "a newer version of this program made it; run that one, or set --data-dir or --database-url to another one"
        ),
        error => error.into(),
    }
}

#[async_trait]
impl<DB> Store for SqlStore<DB>
where
    Self: SessionStore + MessageStore + Outbox + ReadingStore,
    DB: Dialect,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    for<'v> i64: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    for<'v> Vec<u8>: Encode<'v, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    fn is_shared(&self) -> bool {
        DB::SHARED
    }

    fn is_up(&self) -> bool {
        self.is_reachable()
    }

    async fn time(&self) -> Result<Option<Timestamp>, StoreError> {
        let Some(statement) = DB::TIME else {
            return Ok(None);
        };
        let ask = query_scalar::<DB, i64>(statement).fetch_one(&self.pool);
        let milliseconds = self.in_time(ask).await?;
        Ok(Timestamp::from_millisecond(milliseconds).ok())
    }

    async fn forget_expired(&self, now: i64) -> Result<(), StoreError> {
        self.in_time(async {
            for statement in DB::FORGET_EXPIRED {
                query(*statement).bind(now).execute(&self.pool).await?;
            }
            Ok(())
        })
        .await
    }

    async fn count_use(
        &self,
        client: &[u8],
        limit: usize,
        period: Duration,
    ) -> Result<Option<Duration>, StoreError> {
        let Some(statement) = DB::COUNT_USE else {
            return Ok(None);
        };
        let wait: i64 = self
            .in_time(async {
                query(statement)
                    .bind(client.to_vec())
                    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
                    .bind(i64::try_from(period.as_millis()).unwrap_or(i64::MAX))
                    .fetch_one(&self.pool)
                    .await?
                    .try_get(0)
            })
            .await?;
        let wait = u64::try_from(wait).unwrap_or_default();
        Ok((wait > 0).then(|| Duration::from_millis(wait)))
    }
}

fn decode_error(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("not {what}").into())
}
