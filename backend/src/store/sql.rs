//! [`Store`] in the SQL that SQLite and PostgreSQL share.

use std::future::Future;
use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use parking_lot::Mutex;
use shared::flash::{Category, Flash};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{
    ColumnIndex, Database, Decode, Encode, Executor, IntoArguments, Pool, Row, SqlSafeStr, Type,
    query,
};

use tokio::time::Instant;
use uuid::Uuid;

use super::message::{Message, OutgoingMail, Reference, Stats, Stored};
use super::{MAX_WAITING_FLASHES, Store, StoreError};
use crate::session_id::SessionId;

/// How long a caller waits for an answer, a free connection included, before it hears that the
/// database can't be used. Longer than either database's own limits, which say more.
const QUERY_TIMEOUT: Duration = Duration::from_secs(8);

/// Where the two databases differ.
pub trait Dialect: Database {
    /// Whether several servers can use one database.
    const SHARED: bool;
    /// Begins a transaction that will write.
    const BEGIN_WRITING: &'static str;
    /// Takes on the mail that has been due longest, unless somebody else is doing so.
    const CLAIM_MAIL: &'static str;
}

/// The same after a shared server could not be reached: somebody has waited for it already.
const DOWN_QUERY_TIMEOUT: Duration = Duration::from_millis(500);
/// For how long that is remembered.
const DOWN_TTL: Duration = Duration::from_secs(5);

/// A pool of connections to a database.
pub struct SqlStore<DB: Database> {
    pool: Pool<DB>,
    /// When a shared server was last found to be away.
    away_since: Mutex<Option<Instant>>,
}

impl<DB: Database> SqlStore<DB> {
    pub(super) fn on(pool: Pool<DB>) -> Self {
        Self {
            pool,
            away_since: Mutex::default(),
        }
    }

    pub(super) fn pool(&self) -> &Pool<DB> {
        &self.pool
    }
}

impl<DB: Dialect> SqlStore<DB> {
    /// Whoever is told that it took too long can't know whether it was done: that is what
    /// idempotency keys are for.
    async fn in_time<T>(
        &self,
        work: impl Future<Output = Result<T, sqlx::Error>>,
    ) -> Result<T, StoreError> {
        let is_away = |since: Instant| since.elapsed() < DOWN_TTL;
        let patience = if self.away_since.lock().is_some_and(is_away) {
            DOWN_QUERY_TIMEOUT
        } else {
            QUERY_TIMEOUT
        };
        let outcome = tokio::time::timeout(patience, work).await;
        let outcome = outcome.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        let unreachable = matches!(outcome, Err(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_)));
        if DB::SHARED {
            *self.away_since.lock() = unreachable.then(Instant::now);
        }
        Ok(outcome?)
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

/// What to do about tables that can't be brought up to date.
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
    DB: Dialect,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    for<'v> i64: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    for<'v> Option<i64>: Encode<'v, DB>,
    for<'v> String: Decode<'v, DB> + Type<DB>,
    for<'v> Option<String>: Decode<'v, DB>,
    for<'v> &'v str: Encode<'v, DB> + Type<DB>,
    for<'v> Option<&'v str>: Encode<'v, DB>,
    for<'v> Vec<u8>: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    fn is_shared(&self) -> bool {
        DB::SHARED
    }

    async fn sessions_with_flashes(&self) -> Result<Vec<(SessionId, i64)>, StoreError> {
        self.in_time(async {
            let rows =
                query("SELECT session, max(keep_until) FROM waiting_flashes GROUP BY session")
                    .fetch_all(&self.pool)
                    .await?;
            rows.iter().map(session_and_time).collect()
        })
        .await
    }

    async fn add_flashes(
        &self,
        session: SessionId,
        flashes: &[Flash],
        keep_until: i64,
    ) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.pool.begin_with(DB::BEGIN_WRITING).await?;
            for flash in flashes {
                query(
                    "INSERT INTO waiting_flashes (session, id, category, message, keep_until)
                     VALUES ($1, $2, $3, $4, $5)",
                )
                .bind(session.to_bytes().to_vec())
                .bind(flash.id.as_str())
                .bind(flash.category.as_str())
                .bind(flash.message.as_str())
                .bind(keep_until)
                .execute(&mut *transaction)
                .await?;
            }
            query(
                "DELETE FROM waiting_flashes WHERE session = $1 AND id NOT IN
                 (SELECT id FROM waiting_flashes WHERE session = $1 ORDER BY id DESC LIMIT $2)",
            )
            .bind(session.to_bytes().to_vec())
            .bind(i64::from(MAX_WAITING_FLASHES))
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        })
        .await
    }

    async fn take_flashes(
        &self,
        session: SessionId,
    ) -> Result<(Vec<Flash>, Option<i64>), StoreError> {
        self.in_time(async {
            let rows = query(
                "DELETE FROM waiting_flashes WHERE session = $1
                 RETURNING id, category, message, keep_until",
            )
            .bind(session.to_bytes().to_vec())
            .fetch_all(&self.pool)
            .await?;
            let mut flashes = rows.iter().map(flash).collect::<Result<Vec<_>, _>>()?;
            flashes.sort_by(|a, b| a.id.cmp(&b.id));
            let times: Vec<i64> = rows
                .iter()
                .map(|row| row.try_get(3))
                .collect::<Result<_, _>>()?;
            Ok((flashes, times.into_iter().max()))
        })
        .await
    }

    async fn newest_flash_id(&self) -> Result<Option<Uuid>, StoreError> {
        self.in_time(async {
            let row = query("SELECT max(id) FROM waiting_flashes")
                .fetch_one(&self.pool)
                .await?;
            let id: Option<String> = row.try_get(0)?;
            id.map(|id| id.parse().map_err(|_| decode_error("a message's id")))
                .transpose()
        })
        .await
    }

    async fn forget_flashes(&self, keep_until: i64) -> Result<(), StoreError> {
        self.in_time(async {
            query("DELETE FROM waiting_flashes WHERE keep_until <= $1")
                .bind(keep_until)
                .execute(&self.pool)
                .await?;
            Ok(())
        })
        .await
    }

    async fn end_session(&self, session: SessionId, keep_until: i64) -> Result<(), StoreError> {
        self.in_time(async {
            query(
                "INSERT INTO ended_sessions (session, keep_until) VALUES ($1, $2)
                 ON CONFLICT (session) DO UPDATE SET keep_until = excluded.keep_until",
            )
            .bind(session.to_bytes().to_vec())
            .bind(keep_until)
            .execute(&self.pool)
            .await?;
            Ok(())
        })
        .await
    }

    async fn session_end(&self, session: SessionId) -> Result<Option<i64>, StoreError> {
        self.in_time(async {
            query("SELECT keep_until FROM ended_sessions WHERE session = $1")
                .bind(session.to_bytes().to_vec())
                .fetch_optional(&self.pool)
                .await?
                .map(|row| row.try_get(0))
                .transpose()
        })
        .await
    }

    async fn ended_sessions(&self) -> Result<Vec<(SessionId, i64)>, StoreError> {
        self.in_time(async {
            let rows = query("SELECT session, keep_until FROM ended_sessions")
                .fetch_all(&self.pool)
                .await?;
            rows.iter().map(session_and_time).collect()
        })
        .await
    }

    async fn forget_expired(&self, now: i64) -> Result<(), StoreError> {
        self.in_time(async {
            for statement in [
                "DELETE FROM waiting_flashes WHERE keep_until < $1",
                "DELETE FROM ended_sessions WHERE keep_until < $1",
            ] {
                query(statement).bind(now).execute(&self.pool).await?;
            }
            Ok(())
        })
        .await
    }

    async fn add_message(
        &self,
        message: &Message,
        idempotency_key: Option<&str>,
        mail_due: Option<i64>,
    ) -> Result<Stored, StoreError> {
        self.in_time(async {
            // One statement, and so one commit: a message can't be there without its mail.
            let inserted = query(
                "INSERT INTO messages
                 (reference, received_at, name, email, subject, message, idempotency_key, mail_due)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                 ON CONFLICT (idempotency_key) DO NOTHING RETURNING received_at",
            )
            .bind(message.reference.as_str())
            .bind(message.received_at)
            .bind(message.name.as_str())
            .bind(message.email.as_str())
            .bind(message.subject.as_str())
            .bind(message.message.as_str())
            .bind(idempotency_key)
            .bind(mail_due)
            .fetch_all(&self.pool)
            .await?;
            if !inserted.is_empty() {
                return Ok(Stored::Now);
            }
            let earlier = query(
                "SELECT reference, received_at, name, email, subject, message FROM messages
                 WHERE idempotency_key = $1",
            )
            .bind(idempotency_key)
            .fetch_one(&self.pool)
            .await?;
            Ok(Stored::Before(stored_message(&earlier)?))
        })
        .await
    }

    async fn messages(
        &self,
        after: Option<&Message>,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        self.in_time(async {
            let rows = query(
                "SELECT reference, received_at, name, email, subject, message FROM messages
                 WHERE (received_at, reference) < ($1, $2)
                 ORDER BY received_at DESC, reference DESC LIMIT $3",
            )
            .bind(after.map_or(i64::MAX, |message| message.received_at))
            .bind(after.map_or("", |message| message.reference.as_str()))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?;
            rows.iter().map(stored_message).collect()
        })
        .await
    }

    async fn message(&self, reference: &Reference) -> Result<Option<Message>, StoreError> {
        self.in_time(async {
            query(
                "SELECT reference, received_at, name, email, subject, message FROM messages
                 WHERE reference = $1",
            )
            .bind(reference.as_str())
            .fetch_optional(&self.pool)
            .await?
            .as_ref()
            .map(stored_message)
            .transpose()
        })
        .await
    }

    async fn delete_message(&self, reference: &Reference) -> Result<bool, StoreError> {
        self.in_time(async {
            let deleted = query("DELETE FROM messages WHERE reference = $1 RETURNING received_at")
                .bind(reference.as_str())
                .fetch_all(&self.pool)
                .await?;
            Ok(!deleted.is_empty())
        })
        .await
    }

    async fn message_stats(&self, since: i64) -> Result<Stats, StoreError> {
        self.in_time(async {
            let row = query(
                "SELECT count(*), count(CASE WHEN received_at >= $1 THEN 1 END),
                 min(received_at), max(received_at), count(mail_due) FROM messages",
            )
            .bind(since)
            .fetch_one(&self.pool)
            .await?;
            Ok(Stats {
                total: row.try_get(0)?,
                recent: row.try_get(1)?,
                oldest: row.try_get(2)?,
                newest: row.try_get(3)?,
                mails_waiting: row.try_get(4)?,
            })
        })
        .await
    }

    async fn claim_mail(&self, now: i64, until: i64) -> Result<Option<OutgoingMail>, StoreError> {
        self.in_time(async {
            let rows = query(DB::CLAIM_MAIL)
                .bind(now)
                .bind(until)
                .fetch_all(&self.pool)
                .await?;
            rows.first()
                .map(|row| {
                    Ok(OutgoingMail {
                        message: stored_message(row)?,
                        attempts: row.try_get(6)?,
                    })
                })
                .transpose()
        })
        .await
    }

    async fn mail_sent(&self, reference: &Reference) -> Result<(), StoreError> {
        self.in_time(async {
            query("UPDATE messages SET mail_due = NULL WHERE reference = $1")
                .bind(reference.as_str())
                .execute(&self.pool)
                .await?;
            Ok(())
        })
        .await
    }

    async fn mail_failed(&self, reference: &Reference, due: i64) -> Result<(), StoreError> {
        self.in_time(async {
            query(
                "UPDATE messages SET mail_due = $2, mail_attempts = mail_attempts + 1
                 WHERE reference = $1 AND mail_due IS NOT NULL",
            )
            .bind(reference.as_str())
            .bind(due)
            .execute(&self.pool)
            .await?;
            Ok(())
        })
        .await
    }
}

fn session_and_time<R: Row>(row: &R) -> Result<(SessionId, i64), sqlx::Error>
where
    for<'v> Vec<u8>: Decode<'v, R::Database> + Type<R::Database>,
    for<'v> i64: Decode<'v, R::Database> + Type<R::Database>,
    usize: ColumnIndex<R>,
{
    let bytes: Vec<u8> = row.try_get(0)?;
    let session = SessionId::from_bytes(&bytes).ok_or_else(|| decode_error("a session id"))?;
    Ok((session, row.try_get(1)?))
}

fn flash<R: Row>(row: &R) -> Result<Flash, sqlx::Error>
where
    for<'v> String: Decode<'v, R::Database> + Type<R::Database>,
    usize: ColumnIndex<R>,
{
    let category: String = row.try_get(1)?;
    Ok(Flash {
        id: row.try_get(0)?,
        category: Category::from_name(&category).ok_or_else(|| decode_error("a category"))?,
        message: row.try_get(2)?,
    })
}

fn stored_message<R: Row>(row: &R) -> Result<Message, sqlx::Error>
where
    for<'v> String: Decode<'v, R::Database> + Type<R::Database>,
    for<'v> i64: Decode<'v, R::Database> + Type<R::Database>,
    usize: ColumnIndex<R>,
{
    Ok(Message {
        reference: Reference::from_stored(row.try_get(0)?),
        received_at: row.try_get(1)?,
        name: row.try_get(2)?,
        email: row.try_get(3)?,
        subject: row.try_get(4)?,
        message: row.try_get(5)?,
    })
}

fn decode_error(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("not {what}").into())
}
