//! Readings of the blogs' source as the store keeps them. Times are milliseconds since the Unix epoch.

use std::time::Duration;

/// One reading of a source: its content, and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Its place in the order of readings.
    pub number: i64,
    /// When the source was read, by the clock of a shared database.
    pub read_at: i64,
    /// Names the copy that the source held.
    pub hash: Vec<u8>,
}

/// The posts of a reading in serialised form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCopy {
    /// Equal for equal content.
    pub hash: Vec<u8>,
    /// Compressed.
    pub body: Vec<u8>,
}

/// How often a source may be read.
#[derive(Debug, Clone, Copy)]
pub struct ReadingRules {
    /// The shortest time between a successful reading and the next. A failed one sets its own pause.
    pub refresh: Duration,
    /// How long a claim lasts without renewal. Then another server may read.
    pub lease: Duration,
}

/// Whether a server may read the source now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceClaim {
    /// It may, and must record the outcome.
    Granted,
    /// Another server is reading it.
    Taken,
    /// It was read recently, or its last reading failed.
    Recent {
        /// Whether the last reading failed.
        failed: bool,
        /// How long until it may be read.
        wait: Duration,
    },
}
