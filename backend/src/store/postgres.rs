//! PostgreSQL, which several servers can share.

use std::time::Duration;

use anyhow::Context;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, Postgres};

use super::StoreError;
use super::sql::{Dialect, SqlStore, explained, migrator};

/// In order, each with its name; what has been released never changes.
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "sessions",
        include_str!("../../migrations/postgres/0001_sessions.sql"),
    ),
    (
        "messages",
        include_str!("../../migrations/postgres/0002_messages.sql"),
    ),
];

/// How long a request waits for a connection before it says that there is none.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const MAX_CONNECTIONS: u32 = 10;

/// A PostgreSQL database, whose commits are on disk when they return (`synchronous_commit`).
pub type PostgresStore = SqlStore<Postgres>;

impl Dialect for Postgres {
    const SHARED: bool = true;
    const BEGIN_WRITING: &'static str = "BEGIN";
    const CLAIM_MAIL: &'static str = "UPDATE messages SET mail_due = $2 WHERE reference =
         (SELECT reference FROM messages WHERE mail_due <= $1 ORDER BY mail_due LIMIT 1
          FOR UPDATE SKIP LOCKED)
         RETURNING reference, received_at, name, email, subject, message, mail_attempts";
}

impl SqlStore<Postgres> {
    /// Connects, and brings the tables up to date.
    ///
    /// # Errors
    /// When the server can't be reached or refuses; the message names it without the password.
    pub async fn connect(options: PgConnectOptions) -> anyhow::Result<Self> {
        let named = format!(
            "database-url: can't use the database `{}` at {}:{}",
            options.get_database().unwrap_or(options.get_username()),
            options.get_host(),
            options.get_port()
        );
        // An operator's default may be `off`: what is acknowledged would not be on disk then.
        let options = options
            .application_name("flashblog")
            .options([("synchronous_commit", "on"), ("statement_timeout", "5s")]);
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(CONNECT_TIMEOUT)
            .connect_with(options)
            .await
            .with_context(|| named.clone())?;
        let migrated = migrator(MIGRATIONS).run(&pool).await.map_err(explained);
        migrated.context(named)?;
        Ok(Self::on(pool))
    }

    /// What the connection says of `synchronous_commit` and of the server's `fsync`, on which the
    /// promise of durable commits rests.
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
