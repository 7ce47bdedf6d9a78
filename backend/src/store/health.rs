//! Whether the database is reachable, and whether its clock and this machine's agree.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::Store;
use crate::clock::Clock;
use crate::telemetry::Chain;

/// Clocks that differ by more are logged as a warning. Tokens allow 5 s.
const MAX_CLOCK_DIFFERENCE: Duration = Duration::from_secs(2);

/// Watches a database.
pub struct DatabaseHealth {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    milliseconds_ahead: AtomicI64,
}

impl DatabaseHealth {
    /// Watches `store` by this machine's `clock`.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            milliseconds_ahead: AtomicI64::new(0),
        }
    }

    /// Whether the database answered when it was last asked.
    pub fn is_up(&self) -> bool {
        self.store.is_up()
    }

    /// How far this machine's clock was ahead of the database's when they were last compared, in
    /// seconds. A file has no clock: 0.
    pub fn clock_seconds_ahead(&self) -> f64 {
        let milliseconds = self.milliseconds_ahead.load(Ordering::Relaxed);
        Duration::from_millis(milliseconds.unsigned_abs()).as_secs_f64()
            * milliseconds.signum() as f64
    }

    /// Compares the clocks, and warns when they differ by more than 2 s.
    pub async fn compare_clocks(&self) {
        let time = match self.store.time().await {
            Ok(Some(time)) => time,
            Ok(None) => return,
            Err(error) => {
                tracing::debug!(cause = %Chain(&error), "The database's clock can't be read");
                return;
            }
        };
        let ahead = self.clock.now().as_millisecond() - time.as_millisecond();
        self.milliseconds_ahead.store(ahead, Ordering::Relaxed);
        if u128::from(ahead.unsigned_abs()) > MAX_CLOCK_DIFFERENCE.as_millis() {
            tracing::warn!(
                seconds_ahead = self.clock_seconds_ahead(),
                "This machine's clock and the database's differ; let NTP set both"
            );
        }
    }
}
