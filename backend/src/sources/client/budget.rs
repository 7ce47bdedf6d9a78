//! A bound on the size of a reading.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::sources::SourceError;

/// How many bytes one answer, and all answers of a reading, may have after decompression.
#[derive(Debug)]
pub(in crate::sources) struct Budget {
    answer: usize,
    total: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(in crate::sources) fn new(answer: usize, total: usize) -> Self {
        Self {
            answer,
            total,
            used: AtomicUsize::new(0),
        }
    }

    /// Counts a chunk of an answer that then has `length` bytes.
    ///
    /// # Errors
    /// When the answer or the reading is too large.
    pub(super) fn spend(&self, chunk: usize, length: usize) -> Result<(), SourceError> {
        let used = self.used.fetch_add(chunk, Ordering::Relaxed);
        if length > self.answer {
            return Err(too_large("the answer is", self.answer));
        }
        if used.saturating_add(chunk) > self.total {
            return Err(too_large("all answers together are", self.total));
        }
        Ok(())
    }
}

fn too_large(what: &str, bound: usize) -> SourceError {
    let mebibytes = bound / (1024 * 1024);
    SourceError::Unusable(format!("{what} larger than {mebibytes} MiB"))
}
