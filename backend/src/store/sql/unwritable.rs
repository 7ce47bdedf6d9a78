//! A database that can be read but not written: its disk is full, or it is read-only.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::telemetry::Chain;

/// The shortest time between two log lines, however many calls fail.
const PERIOD: Duration = Duration::from_secs(60);

/// Says in the log that the database can't be written.
#[derive(Default)]
pub(super) struct Unwritable {
    said_at: Mutex<Option<Instant>>,
}

impl Unwritable {
    pub(super) fn say(&self, cause: &sqlx::Error) {
        if self.is_due(Instant::now()) {
            tracing::error!(
                cause = %Chain(cause),
                "The database can't be written; what visitors send is refused until it can"
            );
        }
    }

    fn is_due(&self, now: Instant) -> bool {
        let mut said_at = self.said_at.lock();
        let is_due = said_at.is_none_or(|said_at| now.duration_since(said_at) >= PERIOD);
        if is_due {
            *said_at = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_a_minute() {
        let (unwritable, start) = (Unwritable::default(), Instant::now());
        let seconds = [0, 1, 59, 60, 61, 119, 120];
        let said = seconds.map(|after| unwritable.is_due(start + Duration::from_secs(after)));
        assert_eq!(said, [true, false, false, true, false, false, true]);
    }
}
