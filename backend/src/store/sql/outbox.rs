//! Notifications that are still to be sent.

use async_trait::async_trait;
use sqlx::{ColumnIndex, Decode, Encode, Executor, IntoArguments, Row, Type, query};

use super::messages::message_of;
use super::{Dialect, SqlStore};
use crate::store::message::{OutgoingMail, Reference};
use crate::store::{Outbox, StoreError};

#[async_trait]
impl<DB> Outbox for SqlStore<DB>
where
    DB: Dialect,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    for<'v> i64: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    for<'v> String: Decode<'v, DB> + Type<DB>,
    for<'v> &'v str: Encode<'v, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    async fn claim_mail(
        &self,
        now: i64,
        lease_seconds: i64,
    ) -> Result<Option<OutgoingMail>, StoreError> {
        self.in_time(async {
            query(DB::CLAIM_MAIL)
                .bind(now)
                .bind(lease_seconds)
                .fetch_all(&self.pool)
                .await?
                .first()
                .map(|row| {
                    Ok(OutgoingMail {
                        message: message_of(row)?,
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
