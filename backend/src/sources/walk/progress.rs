//! The current reading: its posts, its progress, and its lines in the log.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use url::Url;

use super::{List, MAX_POSTS, More, Page, SeenPage};
use crate::sources::client::redacted;
use crate::sources::records::MAX_RECORDS;
use crate::telemetry::told::MAX_LINES;

/// How often a long reading logs its progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(5);

/// The current reading.
pub(super) struct Reading<'a> {
    source: &'a Url,
    list: List,
    so_far: &'a AtomicUsize,
    pub(super) seen: Vec<SeenPage>,
    /// The number of known pages.
    pub(super) pages: usize,
    records: usize,
    skipped: usize,
    last_progress: Instant,
}

impl<'a> Reading<'a> {
    pub(super) fn new(source: &'a Url, so_far: &'a AtomicUsize) -> Self {
        Self {
            source,
            list: List::default(),
            so_far,
            seen: Vec::new(),
            pages: 1,
            records: 0,
            skipped: 0,
            last_progress: Instant::now(),
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.list.posts.len() > MAX_POSTS
    }

    /// Adds a page, and returns where the list continues.
    pub(super) fn add(&mut self, seen: SeenPage, page: Page) -> More {
        for skipped in &page.skipped {
            if self.skipped < MAX_LINES {
                tracing::warn!(
                    source = redacted(self.source),
                    index = self.records + skipped.index,
                    "Skipping a post: {}",
                    skipped.reason
                );
            }
            self.skipped += 1;
        }
        if page.left_out > 0 {
            self.is_partial(&format!(
                "An answer lists more than {MAX_RECORDS} posts; {} are left out",
                page.left_out
            ));
        }
        self.records += page.records;
        self.list.posts.extend(page.posts);
        self.list.listed.extend(page.listed);
        self.so_far.store(self.list.posts.len(), Ordering::Relaxed);
        self.seen.push(seen);
        if self.last_progress.elapsed() >= PROGRESS_INTERVAL {
            self.last_progress = Instant::now();
            tracing::info!(
                source = redacted(self.source),
                posts = self.list.posts.len(),
                pages_read = self.seen.len(),
                pages = self.pages.max(self.seen.len()),
                "Reading the source"
            );
        }
        page.more
    }

    /// Warns that the list is not read to its end.
    pub(super) fn is_partial(&self, why: &str) {
        tracing::warn!(source = redacted(self.source), "{why}");
    }

    pub(super) fn finish(mut self) -> List {
        if let more @ 1.. = self.skipped.saturating_sub(MAX_LINES) {
            tracing::warn!(source = redacted(self.source), "Skipping {more} more posts");
        }
        if self.is_full() {
            self.is_partial(&format!("Only the first {MAX_POSTS} posts are read"));
            self.list.posts.truncate(MAX_POSTS);
        }
        self.list
    }
}
