//! Time as a dependency, so that tests can set it instead of waiting.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// A source of the time.
pub trait Clock: Send + Sync {
    /// The time of day, for tokens and labels. It may jump.
    fn now(&self) -> Timestamp;

    /// The time since the clock was made, for ages and pauses. It never goes back.
    fn uptime(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// A clock whose uptime begins now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn uptime(&self) -> Duration {
        self.started.elapsed()
    }
}

/// RFC 3339 in UTC with whole seconds, as the API writes times.
#[must_use]
pub fn rfc3339(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
