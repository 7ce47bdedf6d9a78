//! Listens for notifications that a server has recorded something about a source (`LISTEN`).
//!
//! Notifications can be lost: connections break. A pooler that shares sessions would deliver them to other
//! clients. So a server that waits for a reading also asks from time to time.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use sqlx::query_scalar;
use tokio::sync::watch;
use tokio::time::sleep;
use uuid::Uuid;

use crate::telemetry::Chain;

const CHANNEL: &str = "flashblog_readings";
/// Notifies all listeners of this database.
pub(in crate::store) const RING: &str = "SELECT pg_notify('flashblog_readings', '')";
/// A setting that identifies this listener's connection. It is missing in a session that a pooler shares.
const MARK: &str = "flashblog.listener";
/// How long after a failure the listener connects again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Starts a task that listens over a connection of its own, until all receivers are dropped. The
/// channel is closed when a pooler makes notifications impossible.
pub(super) fn listen(options: PgConnectOptions) -> watch::Receiver<()> {
    let (noted, receiver) = watch::channel(());
    let mark = Uuid::now_v7().to_string();
    let options = options.options([(MARK, &mark)]);
    tokio::spawn(async move {
        // A pool of its own: requests need all connections of the common pool.
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
        match listen_once(pool, mark, noted).await {
            Ok(PooledSession) => {
                tracing::info!(
                    "The database is behind a connection pooler: polling for other servers' readings"
                );
                return;
            }
            Err(error) => {
                tracing::debug!(cause = %Chain(&error), "Can't listen for other servers' readings yet");
            }
        }
        sleep(RETRY_INTERVAL).await;
    }
}

/// The session is a pooler's. It may serve other clients, which would get the notifications.
struct PooledSession;

/// Passes notifications on until the connection fails.
async fn listen_once(
    pool: &PgPool,
    mark: &str,
    noted: &watch::Sender<()>,
) -> Result<PooledSession, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    let found: Option<String> = query_scalar("SELECT current_setting($1, true)")
        .bind(MARK)
        .fetch_one(&mut listener)
        .await?;
    if found.as_deref() != Some(mark) {
        return Ok(PooledSession);
    }
    listener.listen(CHANNEL).await?;
    loop {
        // `None` after a lost connection. Notifications may be lost with it, so it counts as one.
        listener.try_recv().await?;
        noted.send_replace(());
    }
}
