//! PostgreSQL, which several servers can share.

mod connect;

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, Postgres};

use super::StoreError;
use super::server::{RING, ServerLink};
use super::sql::{Dialect, SqlStore, source_statements};

/// The most connections that one server opens, unless its operator sets another number.
pub const DEFAULT_CONNECTIONS: u32 = 10;
/// How long a start waits for a server that can't be reached.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// A PostgreSQL database, whose commits are on disk when they return (`synchronous_commit`).
pub type PostgresStore = SqlStore<Postgres>;

/// Clocks of servers differ. Work is due, data has expired, and a lease has ended only when both the
/// caller's clock and the database's say so.
impl Dialect for Postgres {
    const SHARED: bool = true;
    const BEGIN_WRITING: &'static str = "BEGIN";
    const LOCK_SESSION: Option<&'static str> =
        Some("SELECT pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))");
    const TAKE_FLASHES: &'static str = "DELETE FROM waiting_flashes WHERE (session, id) IN
         (SELECT session, id FROM waiting_flashes WHERE session = $1 FOR UPDATE SKIP LOCKED)
         RETURNING number, id, category, message, keep_until";
    const FORGET_EXPIRED: &'static [&'static str] = &[
        "DELETE FROM waiting_flashes WHERE keep_until < least($1, extract(epoch FROM now())::bigint)",
        "DELETE FROM ended_sessions WHERE keep_until < least($1, extract(epoch FROM now())::bigint)",
        "DELETE FROM contact_uses
         WHERE keep_until < least($1, extract(epoch FROM now())::bigint) * 1000",
        "DELETE FROM readings
         WHERE keep_until < least($1, extract(epoch FROM now())::bigint) * 1000
         AND number NOT IN (SELECT max(number) FROM readings GROUP BY source)",
        "DELETE FROM copies
         WHERE keep_until < least($1, extract(epoch FROM now())::bigint) * 1000
         AND NOT EXISTS (SELECT FROM readings WHERE readings.hash = copies.hash)",
    ];
    const CLAIM_MAIL: &'static str = "UPDATE messages
         SET mail_due = greatest($1, extract(epoch FROM now())::bigint) + $2 WHERE reference =
         (SELECT reference FROM messages
          WHERE mail_due <= least($1, extract(epoch FROM now())::bigint) ORDER BY mail_due LIMIT 1
          FOR UPDATE SKIP LOCKED)
         RETURNING reference, received_at, name, email, subject, message, mail_attempts";
    // The lock on the client's row, which ON CONFLICT takes, makes parallel uses wait for each other.
    const COUNT_USE: Option<&'static str> = Some(
        "WITH clock AS MATERIALIZED
             (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now),
         counted AS
             (INSERT INTO contact_uses AS uses (client, at, keep_until)
              SELECT $1, ARRAY[now], now + $3 FROM clock
              ON CONFLICT (client) DO UPDATE SET
                  at = ARRAY(SELECT past FROM unnest(uses.at) AS past
                             WHERE past > excluded.at[1] - $3) || excluded.at,
                  keep_until = excluded.keep_until
              WHERE (SELECT count(*) FROM unnest(uses.at) AS past
                     WHERE past > excluded.at[1] - $3) < $2
              RETURNING 1)
         SELECT CASE WHEN EXISTS (SELECT FROM counted) THEN 0 ELSE greatest(1, $3 - now + coalesce(
             (SELECT min(past) FROM contact_uses, unnest(at) AS past
              WHERE client = $1 AND past > now - $3), now)) END
         FROM clock",
    );
    source_statements!("coalesce($2, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)");
    const RING: Option<&'static str> = Some(RING);
    const TIME: Option<&'static str> =
        Some("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
    // PostgreSQL's appendix A: the disk is full; transactions are read-only. Managed databases make
    // them so when their disk is nearly full. A standby is refused when a connection is made.
    const UNWRITABLE: &'static [&'static str] = &["53100", "25006"];
}

impl SqlStore<Postgres> {
    /// Connects, and brings the tables up to date.
    ///
    /// # Errors
    /// When the server can't be reached or refuses; the message names it without the password.
    pub async fn connect(options: PgConnectOptions) -> anyhow::Result<Self> {
        Self::connect_within(options, DEFAULT_CONNECTIONS, Duration::ZERO).await
    }

    /// Connects as [`SqlStore::connect`] does, but waits up to 30 s for a server that can't be reached.
    ///
    /// # Errors
    /// As [`SqlStore::connect`].
    pub async fn connect_patiently(
        options: PgConnectOptions,
        connections: u32,
    ) -> anyhow::Result<Self> {
        Self::connect_within(options, connections, START_TIMEOUT).await
    }

    async fn connect_within(
        options: PgConnectOptions,
        connections: u32,
        timeout: Duration,
    ) -> anyhow::Result<Self> {
        let pool = connect::pool(options, connections, timeout).await?;
        let link = ServerLink::to(&pool);
        Ok(Self::on(pool, Some(link)))
    }

    /// The connection's `synchronous_commit` and the server's `fsync`. Commits are durable only with both.
    ///
    /// # Errors
    /// When the database can't be used.
    pub async fn durability(&self) -> Result<(String, String), StoreError> {
        let commit = sqlx::query_scalar("SHOW synchronous_commit")
            .fetch_one(self.pool())
            .await?;
        let fsync = sqlx::query_scalar("SHOW fsync")
            .fetch_one(self.pool())
            .await?;
        Ok((commit, fsync))
    }
}
