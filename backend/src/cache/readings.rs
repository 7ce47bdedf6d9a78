//! The readings of the source, by time. The copy that a session reads is computed from the session's
//! beginning and these readings. So it is the same at every server, and after a restart.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::MAX_SNAPSHOTS;
use super::view::{BlogCopy, FetchedBlogs};
use crate::session_id::SessionId;

/// How far clocks may differ, in milliseconds. When the newest reading is further in the future, the clock
/// was set back, and the times of readings can't be compared any more.
const CLOCK_LEEWAY_MS: i64 = 5_000;

/// The session that reads.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// Its id.
    pub session: SessionId,
    /// When it began, in seconds since the Unix epoch.
    pub since: i64,
}

impl Reader {
    /// When the reader's period began that `now` is in. The reader keeps its copy for a period, which
    /// lasts a `lifetime`. Times are milliseconds since the Unix epoch.
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
    /// When the source was read, in milliseconds since the Unix epoch.
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

    /// How many different copies they have.
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
