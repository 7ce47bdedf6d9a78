//! [`Store`] in the SQL that SQLite and PostgreSQL share.

mod messages;
mod outbox;
mod readings;
mod sessions;

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

use super::postgres::ServerLink;
use super::{MessageStore, Outbox, ReadingStore, SessionStore, Store, StoreError};

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
    /// Deletes what was to be kept until before $1.
    const FORGET_EXPIRED: &'static [&'static str];
    /// Leases the notification that is due at $1 for $2 seconds.
    const CLAIM_MAIL: &'static str;
    /// Counts a use by client $1, of whom $2 are allowed within $3 milliseconds; returns how many
    /// milliseconds the client has to wait, 0 when it was counted.
    const COUNT_USE: Option<&'static str>;
    /// Leases source $1 for $5 milliseconds, unless it is leased, or was read within the last $3
    /// milliseconds, $4 after a failure. The time, $2, is NULL where the database's own counts; so it
    /// is in the next three.
    const CLAIM_SOURCE: &'static str;
    /// Whether source $1 is leased at time $2, and whether its last reading failed.
    const SOURCE_STATE: &'static str;
    /// Ends the lease on source $1 at time $2; $3 says whether the reading failed. Returns the time.
    const NOTE_READING: &'static str;
    /// The database's time of day in milliseconds since the Unix epoch.
    const TIME: Option<&'static str>;
}

/// Writes the statements on sources for a dialect, which says how it writes the time.
macro_rules! source_statements {
    ($now:literal) => {
        const CLAIM_SOURCE: &'static str = concat!(
            "UPDATE sources SET lease_until = ",
            $now,
            " + $5 WHERE name = $1 AND lease_until <= ",
            $now,
            " AND attempted_at <= ",
            $now,
            " - CASE WHEN failed THEN $4 ELSE $3 END RETURNING name"
        );
        const SOURCE_STATE: &'static str = concat!(
            "SELECT lease_until > ",
            $now,
            ", failed FROM sources WHERE name = $1"
        );
        const NOTE_READING: &'static str = concat!(
            "UPDATE sources SET lease_until = 0, failed = $3, attempted_at = ",
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
}

impl<DB: Database> SqlStore<DB> {
    pub(super) fn on(pool: Pool<DB>, server: Option<ServerLink>) -> Self {
        Self { pool, server }
    }

    pub(super) fn pool(&self) -> &Pool<DB> {
        &self.pool
    }

    /// On timeout the caller can't know whether the work was done: idempotency keys are for that.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let work = tokio::time::timeout(QUERY_TIMEOUT, work);
        let Some(server) = &self.server else {
            return Ok(work.await.map_err(|_| StoreError::Unreachable)??);
        };
        if server.breaker.is_tripped() {
            return Err(StoreError::Unreachable);
        }
        match work.await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => {
                let pool_is_full = self.pool.size() >= self.pool.options().get_max_connections();
                server.breaker.note(&error, pool_is_full);
                Err(error.into())
            }
            Err(_) => {
                server.breaker.trip(&StoreError::Unreachable);
                Err(StoreError::Unreachable)
            }
        }
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

/// Adds what to do about tables that can't be brought up to date.
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
        !self
            .server
            .as_ref()
            .is_some_and(|server| server.breaker.is_tripped())
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
