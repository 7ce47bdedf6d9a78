//! A circuit breaker: while the database is unreachable, calls fail at once instead of waiting for it.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool};
use sqlx::{Connection, Error, query_scalar};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::session_states::look_up;
use crate::telemetry::Chain;

/// How often an unreachable database is asked again.
const PROBE_INTERVAL: Duration = Duration::from_millis(200);
/// How long one such question may take.
const PROBE_TIMEOUT: Duration = Duration::from_secs(1);

/// Whether the database is unreachable, for all calls.
#[derive(Clone)]
pub(in crate::store) struct Breaker {
    tripped: Arc<AtomicBool>,
    /// Wakes the task that probes. The task ends when all breakers are dropped.
    probe: mpsc::Sender<()>,
}

impl Breaker {
    /// A breaker for the server of this pool.
    pub(super) fn probing(pool: &PgPool) -> Self {
        let (probe, woken) = mpsc::channel(1);
        let tripped = Arc::new(AtomicBool::new(false));
        tokio::spawn(probe_when_tripped(
            pool.clone(),
            Arc::clone(&tripped),
            woken,
        ));
        Self { tripped, probe }
    }

    /// Whether the database is unreachable.
    pub(in crate::store) fn is_tripped(&self) -> bool {
        self.tripped.load(Ordering::Relaxed)
    }

    /// Trips when an error means that the database is unreachable. When the pool is full, a timeout of the
    /// pool doesn't mean that.
    pub(in crate::store) fn note(&self, error: &Error, pool_is_full: bool) {
        let only_busy = matches!(error, Error::PoolTimedOut) && pool_is_full;
        if is_unreachable(error) && !only_busy {
            self.trip(error);
        }
    }

    /// From now on the database counts as unreachable, until a probe reaches it.
    pub(in crate::store) fn trip(&self, cause: &(dyn std::error::Error + 'static)) {
        if !self.tripped.swap(true, Ordering::Relaxed) {
            tracing::error!(cause = %Chain(cause), "The database can't be reached");
            // It fails only when the channel is full: then the task has been woken already.
            let _ = self.probe.try_send(());
        }
    }
}

async fn probe_when_tripped(pool: PgPool, tripped: Arc<AtomicBool>, mut woken: mpsc::Receiver<()>) {
    while woken.recv().await.is_some() {
        // After a restart of the database, the old connections can't be used.
        while let Some(connection) = pool.try_acquire() {
            drop(connection.detach());
        }
        while !timeout(PROBE_TIMEOUT, answers(&pool))
            .await
            .unwrap_or(false)
        {
            if woken.is_closed() {
                return;
            }
            sleep(PROBE_INTERVAL).await;
        }
        tripped.store(false, Ordering::Relaxed);
        tracing::info!("The database is back");
    }
}

/// Runs the query that every request of a session needs, so that a locked table counts as unreachable,
/// too.
async fn answers(pool: &PgPool) -> bool {
    let ask = async {
        let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
        refuse_standby(&mut connection).await?;
        look_up(&mut connection, Vec::new()).await?;
        connection.close().await
    };
    ask.await
        .inspect_err(
            |error| tracing::debug!(cause = %Chain(error), "The database still can't be reached"),
        )
        .is_ok()
}

/// Whether an error means that the server is unreachable (codes of PostgreSQL's appendix A): 08 is the
/// class of connections, 57P01 to 57P03 are shutdown, crash and start.
pub(in crate::store) fn is_unreachable(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::PoolTimedOut | Error::WorkerCrashed => true,
        error => error_code(error).is_some_and(|code| {
            code.starts_with("08") || matches!(&*code, "57P01" | "57P02" | "57P03")
        }),
    }
}

/// Fails on a standby, whose data about sessions may be old.
pub(in crate::store) async fn refuse_standby(connection: &mut PgConnection) -> Result<(), Error> {
    let is_standby: bool = query_scalar("SELECT pg_is_in_recovery()")
        .fetch_one(connection)
        .await?;
    match is_standby {
        true => Err(io::Error::other("it is a standby, which can only be read").into()),
        false => Ok(()),
    }
}

pub(in crate::store) fn error_code(error: &Error) -> Option<Cow<'_, str>> {
    error.as_database_error()?.code()
}
