//! When the source held what. Which copy a session reads follows from its beginning and these
//! readings: it is the same at every server, and after a restart.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::MAX_SNAPSHOTS;
use super::view::{BlogCopy, FetchedBlogs};
use crate::session_id::SessionId;

/// Clocks may differ by so much. With a newest reading from further ahead, the clock was put back, and
/// no reading's time can be compared any more.
const CLOCK_LEEWAY_MS: i64 = 5_000;

/// The session that reads.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Which one.
    pub session: SessionId,
    /// When it began, in seconds since the Unix epoch.
    pub since: i64,
}

impl Reader {
    /// When the period began in which the reader keeps its copy at `now`, in milliseconds.
    pub(super) fn period_began(self, now: i64, lifetime: Duration) -> i64 {
        let since = self.since.saturating_mul(1_000);
        let lifetime = milliseconds(lifetime).max(1);
        let periods = now.saturating_sub(since).max(0) / lifetime;
        since.saturating_add(periods * lifetime)
    }
}

/// One reading of the source.
#[derive(Clone)]
pub(super) struct Reading {
    /// In milliseconds since the Unix epoch.
    pub(super) read_at: i64,
    pub(super) blogs: FetchedBlogs,
}

/// The readings that sessions may still need, oldest first.
#[derive(Default)]
pub(super) struct Readings(VecDeque<Reading>);

impl Readings {
    /// Adds the newest reading.
    pub(super) fn push(&mut self, reading: Reading) {
        if self.are_ahead_of(reading.read_at) {
            self.0.clear();
        }
        self.0.push_back(reading);
        while self.copies() > MAX_SNAPSHOTS {
            self.0.pop_front();
        }
    }

    fn are_ahead_of(&self, now: i64) -> bool {
        let latest = now.saturating_add(CLOCK_LEEWAY_MS);
        self.0.back().is_some_and(|newest| newest.read_at > latest)
    }

    /// The first reading after a time.
    pub(super) fn first_after(&self, time: i64, now: i64) -> Option<&FetchedBlogs> {
        if self.are_ahead_of(now) {
            return None;
        }
        let mut readings = self.0.iter();
        let first = readings.find(|reading| reading.read_at > time)?;
        Some(&first.blogs)
    }

    /// Every reading, oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Reading> {
        self.0.iter()
    }

    /// Forgets readings from before a time, but not the newest.
    pub(super) fn forget_before(&mut self, time: i64) {
        while self.0.len() > 1 && self.0.front().is_some_and(|old| old.read_at < time) {
            self.0.pop_front();
        }
    }

    /// Different copies among them.
    pub(super) fn copies(&self) -> usize {
        let mut copies: Vec<*const BlogCopy> = self
            .0
            .iter()
            .map(|reading| Arc::as_ptr(&reading.blogs.copy))
            .collect();
        copies.sort_unstable();
        copies.dedup();
        copies.len()
    }
}

pub(super) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
