//! What the store keeps of the blogs' source. Times are milliseconds since the Unix epoch.

use std::time::Duration;

/// One reading of a source: what it held, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its place in the order of readings.
    pub number: i64,
    /// When the source was read. A shared database says so by its own clock.
    pub read_at: i64,
    /// Names the copy that the source held.
    pub hash: Vec<u8>,
}

/// Posts in writing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCopy {
    /// Equal for equal content.
    pub hash: Vec<u8>,
    /// Compressed.
    pub body: Vec<u8>,
}

/// How a source is to be read.
#[derive(Debug, Clone, Copy)]
pub struct ReadingRules {
    /// The shortest time after a successful reading. A failed one says its own.
    pub refresh: Duration,
    /// How long one server may take; then another one may read.
    pub lease: Duration,
}

/// Whether a server may read the source now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceClaim {
    /// It may, and must record the outcome.
    Granted,
    /// Another server is reading it.
    Taken,
    /// It was read a moment ago, in vain if it failed.
    Recent {
        /// Whether that failed.
        failed: bool,
        /// After which time it may be read.
        wait: Duration,
    },
}
