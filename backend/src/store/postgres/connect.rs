//! Makes the pool: waits for the server, checks its version, migrates, connects.

use std::time::Duration;

use anyhow::{Context, anyhow, ensure};
use futures_util::FutureExt;
use sqlx::migrate::MigrateError;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, query, query_scalar};
use tokio::time::{Instant, sleep, timeout};

use crate::store::server::{error_code, is_unreachable, refuse_standby};
use crate::store::sql::{explained, migrator};
use crate::telemetry::Chain;

/// Migrations in order, each with its name. A released one never changes. Migrations only add, since a
/// server of an older version may run beside a newer one for a while.
const MIGRATIONS: [(&str, &str); 5] = [
    (
        "sessions",
        include_str!("../../../migrations/postgres/0001_sessions.sql"),
    ),
    (
        "messages",
        include_str!("../../../migrations/postgres/0002_messages.sql"),
    ),
    (
        "several servers",
        include_str!("../../../migrations/postgres/0003_several_servers.sql"),
    ),
    (
        "readings",
        include_str!("../../../migrations/postgres/0004_readings.sql"),
    ),
    (
        "pauses",
        include_str!("../../../migrations/postgres/0005_pauses.sql"),
    ),
];

/// The oldest version that the PostgreSQL project still maintains.
const MIN_VERSION: i32 = 15;
/// The number of the advisory lock that a server holds while it migrates: "FLBG" in ASCII.
const MIGRATION_LOCK: i64 = 0x464C_4247;
/// How long a call waits for a free connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How often a start tries to reach the server.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);
/// A connection that was idle for longer is checked before it is used: a firewall or proxy may have
/// dropped it.
const TRUSTED_IDLE: Duration = Duration::from_secs(30);

/// Connects to a server and brings its tables up to date. Waits at most `start_timeout` for the server to
/// be reachable.
pub(super) async fn pool(
    options: PgConnectOptions,
    connections: u32,
    start_timeout: Duration,
) -> anyhow::Result<PgPool> {
    let named = format!(
        "database-url: can't use the database `{}` at {}:{}",
        options.get_database().unwrap_or(options.get_username()),
        options.get_host(),
        options.get_port()
    );
    // An operator's default for `synchronous_commit` may be `off`. Then a message could be
    // acknowledged before it is on disk. A server that hangs within a transaction must not keep its
    // locks.
    let options = options.application_name("flashblog").options([
        ("synchronous_commit", "on"),
        ("statement_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "10s"),
    ]);
    let prepared = prepare(&options, start_timeout).await;
    prepared.with_context(|| named.clone())?;
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(CONNECT_TIMEOUT)
        .test_before_acquire(false)
        .after_connect(|connection, _| refuse_standby(connection).boxed())
        .before_acquire(|connection, used| {
            async move {
                if used.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            }
            .boxed()
        })
        .connect_with(options)
        .await;
    pool.map_err(advised).context(named)
}

/// Checks the version and migrates, on a connection that may wait for another server's migration.
async fn prepare(options: &PgConnectOptions, start_timeout: Duration) -> anyhow::Result<()> {
    let options = options.clone().options([("statement_timeout", "0")]);
    let mut connection = reach(&options, start_timeout).await.map_err(advised)?;
    let version: i32 = query_scalar("SELECT current_setting('server_version_num')::int")
        .fetch_one(&mut connection)
        .await
        .map_err(advised)?;
    check_version(version)?;
    migrate(&mut connection).await?;
    connection.close().await.map_err(advised)
}

/// Migrates in one transaction, whose lock makes servers take turns. A pooler could keep a session-level
/// lock after the connection ends.
async fn migrate(connection: &mut PgConnection) -> anyhow::Result<()> {
    let mut turn = connection.begin().await.map_err(advised)?;
    query("SELECT pg_advisory_xact_lock($1)")
        .bind(MIGRATION_LOCK)
        .execute(&mut *turn)
        .await
        .map_err(advised)?;
    let mut migrator = migrator(MIGRATIONS);
    migrator.set_locking(false);
    // `run` takes a connection too, but its future can't be sent between threads.
    let migrated = migrator.run_direct(None, &mut *turn, false).await;
    migrated.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => advised(error),
        error => explained(error),
    })?;
    turn.commit().await.map_err(advised)
}

/// Connects; tries once a second for as long as the server can't be reached.
async fn reach(
    options: &PgConnectOptions,
    start_timeout: Duration,
) -> Result<PgConnection, sqlx::Error> {
    let deadline = Instant::now() + start_timeout;
    loop {
        let attempt = timeout(CONNECT_TIMEOUT, PgConnection::connect_with(options)).await;
        let error = match attempt.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        let may_pass = match error_code(&error).as_deref() {
            // A pooler that refuses a parameter goes on refusing it.
            Some(code) => code == "53300" || (is_unreachable(&error) && code != "08P01"),
            None => is_unreachable(&error),
        };
        if !may_pass || Instant::now() + RETRY_INTERVAL > deadline {
            return Err(error);
        }
        tracing::warn!(cause = %Chain(&error), "The database can't be reached yet; waiting");
        sleep(RETRY_INTERVAL).await;
    }
}

fn check_version(number: i32) -> anyhow::Result<()> {
    let (major, minor) = (number / 10_000, number % 10_000);
    ensure!(
        major >= MIN_VERSION,
        "it is PostgreSQL {major}.{minor}; version {MIN_VERSION} or later is needed"
    );
    Ok(())
}

/// Adds advice to an error (codes of PostgreSQL's appendix A).
fn advised(error: sqlx::Error) -> anyhow::Error {
    let advice = match error_code(&error).as_deref() {
        Some("42501" | "3F000") => {
            "its user may not make tables; make it the owner of the database, or GRANT CREATE ON SCHEMA public to it"
        }
        Some("53300") => {
            "it has no connection left; raise its max_connections, or lower --database-connections of each server"
        }
        Some("53100") => "its disk is full",
        Some("08P01") => {
            "a pooler before it refuses what a connection sets; PgBouncer needs `ignore_startup_parameters = extra_float_digits, options`"
        }
        Some("42P05" | "26000") => {
            "a pooler before it mixes up prepared statements; PgBouncer 1.21 or later keeps them with `max_prepared_statements`"
        }
        Some("25006") => {
            "it can only be read: name the primary if it is a standby, else see why default_transaction_read_only is on"
        }
        _ => return error.into(),
    };
    anyhow!(error).context(advice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_too_old_is_told_which_version_is_needed() {
        let error = check_version(140_011).expect_err("too old").to_string();
        assert_eq!(
            error,
            "it is PostgreSQL 14.11; version 15 or later is needed"
        );
        for number in [150_000, 150_014, 180_001] {
            assert!(check_version(number).is_ok(), "{number}");
        }
    }
}
