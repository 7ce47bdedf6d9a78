//! The inbox.

use async_trait::async_trait;
use sqlx::{ColumnIndex, Decode, Encode, Executor, IntoArguments, Row, Type, query};

use super::{Dialect, SqlStore};
use crate::store::message::{InboxEntry, Message, Reference, Stats, Stored};
use crate::store::{MessageStore, StoreError};

#[async_trait]
impl<DB> MessageStore for SqlStore<DB>
where
    DB: Dialect,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    for<'v> i64: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    for<'v> Option<i64>: Encode<'v, DB> + Decode<'v, DB>,
    for<'v> String: Decode<'v, DB> + Type<DB>,
    for<'v> &'v str: Encode<'v, DB> + Type<DB>,
    for<'v> Option<&'v str>: Encode<'v, DB>,
    usize: ColumnIndex<DB::Row>,
{
    async fn add_message(
        &self,
        message: &Message,
        idempotency_key: Option<&str>,
        mail_due: Option<i64>,
    ) -> Result<Stored, StoreError> {
        self.in_time(async {
            // One statement, and so one commit: no message is stored without its notification.
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
            Ok(Stored::Before(message_of(&earlier)?))
        })
        .await
    }

    async fn messages(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<InboxEntry>, StoreError> {
        self.in_time(async {
            query(
                "SELECT reference, received_at, name, email, subject, message, number FROM messages
                 WHERE number < $1 ORDER BY number DESC LIMIT $2",
            )
            .bind(before.unwrap_or(i64::MAX))
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                Ok(InboxEntry {
                    message: message_of(row)?,
                    number: row.try_get(6)?,
                })
            })
            .collect()
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
            .map(message_of)
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
}

/// Reads the first six columns.
pub(super) fn message_of<R: Row>(row: &R) -> Result<Message, sqlx::Error>
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
