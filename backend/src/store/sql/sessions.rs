//! Flashes that wait, and sessions that have ended.

use async_trait::async_trait;
use shared::flash::{Category, Flash};
use sqlx::{ColumnIndex, Decode, Encode, Executor, IntoArguments, Row, Type, query};

use super::{Dialect, SqlStore, decode_error};
use crate::session_id::SessionId;
use crate::store::session::{EndedSession, SessionState, WaitingFlash};
use crate::store::{MAX_WAITING_FLASHES, SessionStore, StoreError};

#[async_trait]
impl<DB> SessionStore for SqlStore<DB>
where
    DB: Dialect,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    for<'v> i64: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    for<'v> Option<i64>: Decode<'v, DB>,
    for<'v> String: Decode<'v, DB> + Type<DB>,
    for<'v> &'v str: Encode<'v, DB> + Type<DB>,
    for<'v> Vec<u8>: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    async fn sessions_with_flashes(&self) -> Result<Vec<(SessionId, i64)>, StoreError> {
        self.in_time(async {
            query("SELECT session, max(keep_until) FROM waiting_flashes GROUP BY session")
                .fetch_all(&self.pool)
                .await?
                .iter()
                .map(|row| Ok((session(row, 0)?, row.try_get(1)?)))
                .collect()
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
            if let Some(statement) = DB::LOCK_SESSION {
                query(statement)
                    .bind(session.to_bytes().to_vec())
                    .execute(&mut *transaction)
                    .await?;
            }
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
                "DELETE FROM waiting_flashes WHERE session = $1 AND number NOT IN
                 (SELECT number FROM waiting_flashes WHERE session = $1
                  ORDER BY number DESC LIMIT $2)",
            )
            .bind(session.to_bytes().to_vec())
            .bind(i64::from(MAX_WAITING_FLASHES))
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        })
        .await
    }

    async fn take_flashes(&self, session: SessionId) -> Result<Vec<WaitingFlash>, StoreError> {
        self.in_time(async {
            // Not autocommitted: the database would delete the flashes even when the caller is gone.
            let mut transaction = self.pool.begin_with(DB::BEGIN_WRITING).await?;
            let rows = query(DB::TAKE_FLASHES)
                .bind(session.to_bytes().to_vec())
                .fetch_all(&mut *transaction)
                .await?;
            let mut taken = rows.iter().map(flash).collect::<Result<Vec<_>, _>>()?;
            transaction.commit().await?;
            taken.sort_unstable_by_key(|flash| flash.number);
            Ok(taken)
        })
        .await
    }

    async fn put_back_flashes(
        &self,
        session: SessionId,
        flashes: &[WaitingFlash],
    ) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.pool.begin_with(DB::BEGIN_WRITING).await?;
            for waiting in flashes {
                query(
                    "INSERT INTO waiting_flashes
                     (number, session, id, category, message, keep_until)
                     VALUES ($1, $2, $3, $4, $5, $6)",
                )
                .bind(waiting.number)
                .bind(session.to_bytes().to_vec())
                .bind(waiting.flash.id.as_str())
                .bind(waiting.flash.category.as_str())
                .bind(waiting.flash.message.as_str())
                .bind(waiting.keep_until)
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await
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

    async fn session_state(&self, session: SessionId) -> Result<SessionState, StoreError> {
        if let Some(server) = &self.server {
            return server.session_state(session).await;
        }
        self.in_time(async {
            let row = query(
                "SELECT (SELECT keep_until FROM ended_sessions WHERE session = $1),
                 (SELECT count(*) FROM waiting_flashes WHERE session = $1)",
            )
            .bind(session.to_bytes().to_vec())
            .fetch_one(&self.pool)
            .await?;
            Ok(SessionState {
                ended: row.try_get(0)?,
                flashes_wait: row.try_get::<i64, _>(1)? > 0,
            })
        })
        .await
    }

    async fn ended_sessions(&self, after: i64) -> Result<Vec<EndedSession>, StoreError> {
        self.in_time(async {
            query(
                "SELECT session, number, keep_until FROM ended_sessions
                 WHERE number > $1 ORDER BY number",
            )
            .bind(after)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                Ok(EndedSession {
                    session: session(row, 0)?,
                    number: row.try_get(1)?,
                    keep_until: row.try_get(2)?,
                })
            })
            .collect()
        })
        .await
    }
}

fn session<R: Row>(row: &R, column: usize) -> Result<SessionId, sqlx::Error>
where
    for<'v> Vec<u8>: Decode<'v, R::Database> + Type<R::Database>,
    usize: ColumnIndex<R>,
{
    let bytes: Vec<u8> = row.try_get(column)?;
    SessionId::from_bytes(&bytes).ok_or_else(|| decode_error("a session id"))
}

fn flash<R: Row>(row: &R) -> Result<WaitingFlash, sqlx::Error>
where
    for<'v> String: Decode<'v, R::Database> + Type<R::Database>,
    for<'v> i64: Decode<'v, R::Database> + Type<R::Database>,
    usize: ColumnIndex<R>,
{
    let category: String = row.try_get(2)?;
    Ok(WaitingFlash {
        number: row.try_get(0)?,
        flash: Flash {
            id: row.try_get(1)?,
            category: Category::from_name(&category).ok_or_else(|| decode_error("a category"))?,
            message: row.try_get(3)?,
        },
        keep_until: row.try_get(4)?,
    })
}
