//! Readings of the blogs' source, and the copies that it held.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{ColumnIndex, Decode, Encode, Executor, IntoArguments, Row, Type, query};
use tokio::sync::watch;

use super::{Dialect, SqlStore};
use crate::store::reading::{Reading, ReadingRules, SourceClaim, StoredCopy};
use crate::store::{ReadingStore, StoreError};

#[async_trait]
impl<DB> ReadingStore for SqlStore<DB>
where
    DB: Dialect,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    DB::Arguments: IntoArguments<DB>,
    for<'v> bool: Decode<'v, DB> + Type<DB>,
    for<'v> Option<i64>: Encode<'v, DB>,
    for<'v> i64: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    for<'v> &'v str: Encode<'v, DB> + Type<DB>,
    for<'v> Vec<u8>: Encode<'v, DB> + Decode<'v, DB> + Type<DB>,
    usize: ColumnIndex<DB::Row>,
{
    async fn claim_source(
        &self,
        source: &str,
        now: i64,
        rules: ReadingRules,
    ) -> Result<SourceClaim, StoreError> {
        self.in_time(async {
            query("INSERT INTO sources (name) VALUES ($1) ON CONFLICT (name) DO NOTHING")
                .bind(source)
                .execute(&self.pool)
                .await?;
            let granted = query(DB::CLAIM_SOURCE)
                .bind(source)
                .bind(time_for::<DB>(now))
                .bind(milliseconds(rules.refresh))
                .bind(lease::<DB>(rules.lease))
                .fetch_all(&self.pool)
                .await?;
            if !granted.is_empty() {
                return Ok(SourceClaim::Granted);
            }
            let row = query(DB::SOURCE_STATE)
                .bind(source)
                .bind(time_for::<DB>(now))
                .bind(milliseconds(rules.refresh))
                .fetch_one(&self.pool)
                .await?;
            let (failed, wait) = (row.try_get(1)?, row.try_get::<i64, _>(2)?);
            let wait = Duration::from_millis(wait.try_into().unwrap_or_default());
            Ok(match row.try_get(0)? {
                true => SourceClaim::Taken,
                false => SourceClaim::Recent { failed, wait },
            })
        })
        .await
    }

    async fn add_reading(
        &self,
        source: &str,
        copy: &StoredCopy,
        now: i64,
        keep: Duration,
    ) -> Result<Reading, StoreError> {
        self.in_time(async {
            let mut transaction = self.pool.begin_with(DB::BEGIN_WRITING).await?;
            // The lock on this row makes readings wait for each other until they are committed.
            let row = query(DB::NOTE_READING)
                .bind(source)
                .bind(time_for::<DB>(now))
                .bind(None::<i64>)
                .fetch_one(&mut *transaction)
                .await?;
            let read_at: i64 = row.try_get(0)?;
            let keep_until = read_at.saturating_add(milliseconds(keep));
            query(
                "INSERT INTO copies (hash, body, keep_until) VALUES ($1, $2, $3)
                 ON CONFLICT (hash) DO UPDATE SET keep_until = excluded.keep_until",
            )
            .bind(copy.hash.clone())
            .bind(copy.body.clone())
            .bind(keep_until)
            .execute(&mut *transaction)
            .await?;
            let row = query(
                "INSERT INTO readings (source, read_at, hash, keep_until)
                 VALUES ($1, $2, $3, $4) RETURNING number",
            )
            .bind(source)
            .bind(read_at)
            .bind(copy.hash.clone())
            .bind(keep_until)
            .fetch_one(&mut *transaction)
            .await?;
            let reading = Reading {
                number: row.try_get(0)?,
                read_at,
                hash: copy.hash.clone(),
            };
            if let Some(ring) = DB::RING {
                query(ring).execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
            Ok(reading)
        })
        .await
    }

    async fn renew_lease(
        &self,
        source: &str,
        now: i64,
        duration: Duration,
    ) -> Result<(), StoreError> {
        self.in_time(async {
            query(DB::RENEW_LEASE)
                .bind(source)
                .bind(time_for::<DB>(now))
                .bind(lease::<DB>(duration))
                .execute(&self.pool)
                .await?;
            Ok(())
        })
        .await
    }

    async fn reading_failed(
        &self,
        source: &str,
        now: i64,
        pause: Duration,
    ) -> Result<(), StoreError> {
        self.in_time(async {
            let mut transaction = self.pool.begin_with(DB::BEGIN_WRITING).await?;
            query(DB::NOTE_READING)
                .bind(source)
                .bind(time_for::<DB>(now))
                .bind(Some(milliseconds(pause)))
                .execute(&mut *transaction)
                .await?;
            if let Some(ring) = DB::RING {
                query(ring).execute(&mut *transaction).await?;
            }
            transaction.commit().await
        })
        .await
    }

    fn readings_noted(&self) -> watch::Receiver<()> {
        match &self.server {
            Some(server) => server.readings_noted(),
            None => watch::channel(()).1,
        }
    }

    async fn readings(&self, source: &str, after: i64) -> Result<Vec<Reading>, StoreError> {
        self.in_time(async {
            query(
                "SELECT number, read_at, hash FROM readings
                 WHERE source = $1 AND number > $2 ORDER BY number",
            )
            .bind(source)
            .bind(after)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|row| {
                Ok(Reading {
                    number: row.try_get(0)?,
                    read_at: row.try_get(1)?,
                    hash: row.try_get(2)?,
                })
            })
            .collect()
        })
        .await
    }

    async fn copy(&self, hash: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.in_time(async {
            query("SELECT body FROM copies WHERE hash = $1")
                .bind(hash.to_vec())
                .fetch_optional(&self.pool)
                .await?
                .map(|row| row.try_get(0))
                .transpose()
        })
        .await
    }
}

/// The time for a statement. `None` for a shared database, which uses its own clock.
fn time_for<DB: Dialect>(now: i64) -> Option<i64> {
    (!DB::SHARED).then_some(now)
}

/// The lease in milliseconds. A file needs none: it has one server. When that was killed, a lease would
/// only delay its next start.
fn lease<DB: Dialect>(lease: Duration) -> Option<i64> {
    DB::SHARED.then(|| milliseconds(lease))
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
