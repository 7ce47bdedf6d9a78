//! Log lines about a reading of the source.

use std::collections::HashSet;
use std::hash::Hash;

use parking_lot::Mutex;

/// The most lines of one kind that are logged about a reading.
pub const MAX_LINES: usize = 20;

/// What was logged about the last reading. Of the next one only what is new is logged.
pub struct Told<T>(Mutex<HashSet<T>>);

impl<T> Default for Told<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Eq + Hash> Told<T> {
    /// Calls `line` for each item that the last reading did not have, at most [`MAX_LINES`] times, and
    /// `rest` with the number of the others, unless it is 0.
    pub fn tell(&self, items: Vec<T>, line: impl Fn(&T), rest: impl Fn(usize)) {
        let mut told = self.0.lock();
        let news: Vec<&T> = items.iter().filter(|item| !told.contains(item)).collect();
        for item in news.iter().take(MAX_LINES) {
            line(item);
        }
        if let more @ 1.. = news.len().saturating_sub(MAX_LINES) {
            rest(more);
        }
        *told = items.into_iter().collect();
    }
}
