//! Hears when a server has noted something about a source (`LISTEN`).
//!
//! Nothing rests on it: connections break, and through a pooler that shares sessions notifications would
//! reach clients that did not ask for them. Whoever waits for a reading also asks from time to time.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use sqlx::query_scalar;
use tokio::sync::watch;
use tokio::time::sleep;
use uuid::Uuid;

use crate::telemetry::Chain;

const CHANNEL: &str = "flashblog_readings";
/// Notifies all listeners of this database.
pub(super) const RING: &str = "SELECT pg_notify('flashblog_readings', '')";
/// A setting that a connection brings along. A pooler shares sessions and keeps it from them.
const MARK: &str = "flashblog.listener";
/// How long after a failure the listener connects again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Starts a task that listens over a connection of its own, until all receivers are dropped. The
/// channel is closed where notifications can't be had.
pub(super) fn listen(options: PgConnectOptions) -> watch::Receiver<()> {
    let (noted, receiver) = watch::channel(());
    let mark = Uuid::now_v7().to_string();
    let options = options.options([(MARK, &mark)]);
    tokio::spawn(async move {
        // A connection of the common pool would be missing there.
        let pool = PgPoolOptions::new().max_connections(1);
        let pool = pool.connect_lazy_with(options);
        tokio::select! {
            () = pass_on(&pool, &mark, &noted) => {}
            () = noted.closed() => {}
        }
        pool.close().await;
    });
    receiver
}

async fn pass_on(pool: &PgPool, mark: &str, noted: &watch::Sender<()>) {
    loop {
        match hear(pool, mark, noted).await {
            Ok(NotOurs) => {
                tracing::info!(
                    "A pooler stands before the database: other servers' readings are asked for, not heard of"
                );
                return;
            }
            Err(error) => {
                tracing::debug!(cause = %Chain(&error), "Other servers' readings can't be heard of yet");
            }
        }
        sleep(RETRY_INTERVAL).await;
    }
}

/// The session may serve other clients of a pooler, which would get the notifications.
struct NotOurs;

async fn hear(
    pool: &PgPool,
    mark: &str,
    noted: &watch::Sender<()>,
) -> Result<NotOurs, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    let found: Option<String> = query_scalar("SELECT current_setting($1, true)")
        .bind(MARK)
        .fetch_one(&mut listener)
        .await?;
    if found.as_deref() != Some(mark) {
        return Ok(NotOurs);
    }
    listener.listen(CHANNEL).await?;
    loop {
        // None after a lost connection, whose notifications are lost too.
        listener.try_recv().await?;
        noted.send_replace(());
    }
}
