//! Hears when a server has noted something about a source (`LISTEN`).
//!
//! Nothing rests on it: a pooler may swallow notifications, and connections break. Whoever waits for
//! a reading also asks from time to time.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgListener, PgPool, PgPoolOptions};
use tokio::sync::watch;
use tokio::time::sleep;

use crate::telemetry::Chain;

const CHANNEL: &str = "flashblog_readings";
/// Notifies all listeners of this database.
pub(super) const RING: &str = "SELECT pg_notify('flashblog_readings', '')";
/// How long after a failure the listener connects again.
const RETRY_INTERVAL: Duration = Duration::from_secs(1);

/// Starts a task that listens over a connection of its own, until all receivers are dropped.
pub(super) fn listen(options: PgConnectOptions) -> watch::Receiver<()> {
    let (noted, receiver) = watch::channel(());
    tokio::spawn(async move {
        // A connection of the common pool would be missing there.
        let pool = PgPoolOptions::new().max_connections(1);
        let pool = pool.connect_lazy_with(options);
        tokio::select! {
            () = pass_on(&pool, &noted) => {}
            () = noted.closed() => {}
        }
    });
    receiver
}

async fn pass_on(pool: &PgPool, noted: &watch::Sender<()>) {
    loop {
        if let Err(error) = hear(pool, noted).await {
            tracing::debug!(cause = %Chain(&error), "Other servers' readings can't be heard of yet");
        }
        sleep(RETRY_INTERVAL).await;
    }
}

async fn hear(pool: &PgPool, noted: &watch::Sender<()>) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // None after a lost connection, whose notifications are lost too.
        listener.try_recv().await?;
        noted.send_replace(());
    }
}
