//! The embedded database: one SQLite file in the data directory.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use async_trait::async_trait;
use shared::flash::{Category, Flash};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Row, SqlSafeStr};
use uuid::Uuid;

use super::{MAX_WAITING_FLASHES, Store, StoreError};
use crate::token::SessionId;

/// Marks a file as FlashBlog's (SQLite's `application_id`): "FLBG" in ASCII.
const APPLICATION_ID: i64 = 0x464C_4247;
/// How long a request waits for a database that someone else holds before it says so.
const PATIENCE: Duration = Duration::from_secs(3);

/// A SQLite database in WAL mode, whose commits are on disk when they return
/// (`synchronous=FULL`).
pub struct SqliteStore {
    // One connection: SQLite has one writer at a time, and this way nobody waits in its lock.
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens the database at `path`, makes it if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file can't be made, written or read, is no database, belongs to another program
    /// or to a newer version of this one; the message says what to do.
    pub async fn open(path: &Path) -> anyhow::Result<Self> {
        let named = || format!("data-dir: can't use the database `{}`", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).with_context(named)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await
            .with_context(named)?;
        claim(&pool).await.with_context(named)?;
        let migrated = migrations().run(&pool).await.map_err(|error| match error {
            MigrateError::VersionMissing(_) => anyhow!(
                "a newer version of this program made it; run that one, or set --data-dir to another folder"
            ),
            error => error.into(),
        });
        migrated.with_context(named)?;
        Ok(Self { pool })
    }

    /// What the connection says of its journal mode and of `PRAGMA synchronous` (2 is FULL), on
    /// which the promise of durable commits rests.
    ///
    /// # Errors
    /// When the database can't be used.
    pub async fn durability(&self) -> Result<(String, i64), StoreError> {
        let journal = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&self.pool)
            .await?;
        let synchronous = sqlx::query_scalar("PRAGMA synchronous")
            .fetch_one(&self.pool)
            .await?;
        Ok((journal, synchronous))
    }
}

/// Checks that the file is new or ours, that it can be written, and marks it.
async fn claim(pool: &SqlitePool) -> anyhow::Result<()> {
    let owner: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(pool)
        .await?;
    let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
        .fetch_one(pool)
        .await?;
    ensure!(
        owner == APPLICATION_ID || (owner == 0 && tables == 0),
        "it belongs to another program; move it away, or set --data-dir to another folder"
    );
    // Written even when it is there: a file that can't be written is found now, not later.
    sqlx::query("PRAGMA application_id = 0x464C4247")
        .execute(pool)
        .await?;
    Ok(())
}

fn migrations() -> Migrator {
    Migrator::with_migrations(vec![Migration::new(
        1,
        "sessions".into(),
        MigrationType::Simple,
        include_str!("../../migrations/sqlite/0001_sessions.sql").into_sql_str(),
        false,
    )])
}

#[async_trait]
impl Store for SqliteStore {
    async fn sessions_with_flashes(&self) -> Result<Vec<(SessionId, i64)>, StoreError> {
        let rows =
            sqlx::query("SELECT session, max(keep_until) FROM waiting_flashes GROUP BY session")
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(session_and_time).collect()
    }

    async fn add_flashes(
        &self,
        session: SessionId,
        flashes: &[Flash],
        keep_until: i64,
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for flash in flashes {
            sqlx::query(
                "INSERT INTO waiting_flashes (session, id, category, message, keep_until)
                 VALUES (?, ?, ?, ?, ?)",
            )
            .bind(session.to_bytes().as_slice())
            .bind(&flash.id)
            .bind(flash.category.as_str())
            .bind(&flash.message)
            .bind(keep_until)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query(
            "DELETE FROM waiting_flashes WHERE session = ?1 AND id NOT IN
             (SELECT id FROM waiting_flashes WHERE session = ?1 ORDER BY id DESC LIMIT ?2)",
        )
        .bind(session.to_bytes().as_slice())
        .bind(MAX_WAITING_FLASHES)
        .execute(&mut *transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    async fn take_flashes(&self, session: SessionId) -> Result<Vec<Flash>, StoreError> {
        let rows = sqlx::query(
            "DELETE FROM waiting_flashes WHERE session = ? RETURNING id, category, message",
        )
        .bind(session.to_bytes().as_slice())
        .fetch_all(&self.pool)
        .await?;
        let mut flashes = rows.iter().map(flash).collect::<Result<Vec<_>, _>>()?;
        flashes.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(flashes)
    }

    async fn newest_flash_id(&self) -> Result<Option<Uuid>, StoreError> {
        let id: Option<String> = sqlx::query_scalar("SELECT max(id) FROM waiting_flashes")
            .fetch_one(&self.pool)
            .await?;
        id.map(|id| id.parse().map_err(|_| decode_error("a message's id")))
            .transpose()
    }

    async fn forget_flashes(&self, keep_until: i64) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM waiting_flashes WHERE keep_until <= ?")
            .bind(keep_until)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn end_session(&self, session: SessionId, keep_until: i64) -> Result<(), StoreError> {
        sqlx::query("INSERT OR REPLACE INTO ended_sessions (session, keep_until) VALUES (?, ?)")
            .bind(session.to_bytes().as_slice())
            .bind(keep_until)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn ended_sessions(&self) -> Result<Vec<(SessionId, i64)>, StoreError> {
        let rows = sqlx::query("SELECT session, keep_until FROM ended_sessions")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(session_and_time).collect()
    }

    async fn forget_expired(&self, now: i64) -> Result<(), StoreError> {
        for statement in [
            "DELETE FROM waiting_flashes WHERE keep_until < ?",
            "DELETE FROM ended_sessions WHERE keep_until < ?",
        ] {
            sqlx::query(statement).bind(now).execute(&self.pool).await?;
        }
        Ok(())
    }
}

fn session_and_time(row: &SqliteRow) -> Result<(SessionId, i64), StoreError> {
    let bytes: &[u8] = row.try_get(0)?;
    let session = SessionId::from_bytes(bytes).ok_or_else(|| decode_error("a session id"))?;
    Ok((session, row.try_get(1)?))
}

fn flash(row: &SqliteRow) -> Result<Flash, StoreError> {
    let category: &str = row.try_get(1)?;
    Ok(Flash {
        id: row.try_get(0)?,
        category: Category::from_name(category).ok_or_else(|| decode_error("a category"))?,
        message: row.try_get(2)?,
    })
}

fn decode_error(what: &str) -> StoreError {
    StoreError(sqlx::Error::Decode(format!("not {what}").into()))
}
