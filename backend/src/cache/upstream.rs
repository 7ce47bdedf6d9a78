//! The source, its fetches and its readings, which all sessions share.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio::time::Instant;

use super::REFETCH_INTERVAL;
use super::fetch::Fetch;
use super::readings::{Reader, milliseconds};
use super::saved::SavedCopy;
use super::shared::{SharedReadings, SharingTimes};
use super::state::{Attempt, FetchFailed, Fetches, Flight, Outcome, State};
use super::view::{BlogCopy, Current, FetchedBlogs};
use crate::clock::Clock;
use crate::content::snapshot::Snapshot;
use crate::sources::BlogSource;
use crate::sources::site_info::SiteInfo;
use crate::store::Store;
use crate::telemetry::in_current_request;

/// How long a reader without a copy waits. This is less than the time that a handler has to answer.
const FETCH_TIMEOUT: Duration = Duration::from_secs(20);
/// Once a fetch has run for this long and its first posts have come, a reader without a copy stops waiting:
/// the rest of a long list takes minutes, and the page can show the progress.
const FIRST_POSTS_TIMEOUT: Duration = Duration::from_secs(3);
/// How often a reader that waits checks the progress of the source.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);
/// How long a reader with a copy waits for a source on this machine, so that an edited file shows
/// at once.
const LOCAL_TIMEOUT: Duration = Duration::from_secs(1);

/// The source, and its last copy.
pub(super) struct Upstream {
    source: Arc<dyn BlogSource>,
    clock: Arc<dyn Clock>,
    /// How old a copy may be before the source is read again.
    max_age: Duration,
    /// How long a session keeps a copy.
    lifetime: Duration,
    /// Whether sessions keep copies at all.
    pins: bool,
    saved: Option<SavedCopy>,
    /// Readings that all servers share.
    shared: Option<Arc<SharedReadings>>,
    state: Arc<Mutex<State>>,
}

impl Upstream {
    pub(super) fn new(
        source: Arc<dyn BlogSource>,
        clock: Arc<dyn Clock>,
        lifetime: Duration,
    ) -> Self {
        Self {
            source,
            clock,
            max_age: REFETCH_INTERVAL,
            lifetime,
            pins: true,
            saved: None,
            shared: None,
            state: Arc::default(),
        }
    }

    /// Sets how old a copy of a remote source may be. A source on this machine is read more often.
    pub(super) fn set_refresh(&mut self, refresh: Duration) {
        if self.source.is_remote() {
            self.max_age = refresh;
        }
    }

    /// From now on every reader gets the newest copy.
    pub(super) fn pin_nothing(&mut self) {
        self.pins = false;
    }

    /// Shows the copy on disk until the source is read, and saves later copies there. A source on this
    /// machine needs no copy.
    pub(super) fn restore(&mut self, saved: SavedCopy) {
        if !self.source.is_remote() {
            return;
        }
        if let Some(loaded) = saved.load() {
            tracing::info!(
                posts = loaded.posts.len(),
                fetched_at = loaded.fetched_at,
                "Showing the saved copy of the blogs"
            );
            let copy = Arc::new(BlogCopy::new(Snapshot::new(loaded.posts)));
            let mut state = self.state.lock();
            state.last_good = Some(FetchedBlogs {
                copy,
                fetched_at: loaded.fetched_at.into(),
                site: loaded.site.map(Arc::new),
                source: loaded.kind.into(),
            });
            state.is_restored = true;
        }
        self.saved = Some(saved);
    }

    /// Shares the readings with all servers that use the store.
    pub(super) fn share_readings(
        &mut self,
        store: Arc<dyn Store>,
        source: &str,
        times: SharingTimes,
    ) {
        self.shared = Some(Arc::new(SharedReadings::new(store, source, times)));
    }

    /// The copy that a reader keeps: the first reading after its period began, or one that was
    /// current then.
    pub(super) fn held_by(&self, reader: Reader) -> Option<FetchedBlogs> {
        if !self.pins {
            return None;
        }
        let now = self.clock.now().as_millisecond();
        let began = reader.period_began(now, self.lifetime);
        let time = began.saturating_sub(milliseconds(self.max_age));
        let state = self.state.lock();
        state.readings.first_after(time, now).cloned()
    }

    /// Adopts the readings of other servers.
    pub(super) async fn catch_up(&self) {
        if let Some(shared) = &self.shared {
            shared.catch_up(&self.state).await;
        }
    }

    /// Forgets readings that no session needs any more.
    pub(super) fn evict_expired(&self) {
        let now = self.clock.now().as_millisecond();
        let needed = milliseconds(self.lifetime + self.max_age + REFETCH_INTERVAL);
        let mut state = self.state.lock();
        state.readings.forget_before(now.saturating_sub(needed));
    }

    pub(super) fn source(&self) -> &dyn BlogSource {
        self.source.as_ref()
    }

    pub(super) fn fetches(&self) -> Fetches {
        self.state.lock().fetches
    }

    /// Whether the source is a remote one that was never tried, and there is no copy of it.
    pub(super) fn is_unread(&self) -> bool {
        let state = self.state.lock();
        self.source.is_remote() && state.last_good.is_none() && state.last_attempt.is_none()
    }

    /// The site's name, texts and pages from the source.
    pub(super) fn site(&self) -> Option<Arc<SiteInfo>> {
        self.state.lock().last_good.as_ref()?.site.clone()
    }

    /// The number of different copies in memory.
    pub(super) fn snapshots(&self) -> usize {
        self.state.lock().readings.copies()
    }

    /// Starts to read the source.
    pub(super) fn begin(&self) {
        drop(self.flight());
    }

    /// The newest copy. Starts a fetch when it is too old. A reader waits only when there is no copy, or
    /// for a source on this machine.
    pub(super) async fn current(&self) -> Current {
        let flight = self.flight();
        let last_good = self.state.lock().last_good.clone();
        let Some(flight) = flight else {
            return self.settled();
        };
        // On timeout the fetch goes on for later readers.
        match last_good {
            None => self.await_first(flight).await,
            Some(_) if self.source.is_remote() => {}
            Some(_) => {
                let _ = tokio::time::timeout(LOCAL_TIMEOUT, flight).await;
            }
        }
        self.settled()
    }

    /// Waits for the first copy of a source.
    async fn await_first(&self, flight: Flight) {
        let came = Instant::now();
        let began = self.state.lock().flight_began.unwrap_or(came);
        let is_slow = || {
            let has_begun_to_come = self.source.posts_so_far().is_some();
            let may_show_progress = began.elapsed() >= FIRST_POSTS_TIMEOUT && has_begun_to_come;
            came.elapsed() >= FETCH_TIMEOUT || may_show_progress
        };
        while !is_slow() {
            let piece = tokio::time::timeout(PROGRESS_INTERVAL, flight.clone());
            if piece.await.is_ok() {
                return;
            }
        }
    }

    /// Reads the source, however recent the last reading is.
    pub(super) async fn read_again(&self) {
        // A fetch that is under way may have begun before a change.
        let under_way = self.state.lock().flight.clone();
        if let Some(flight) = under_way {
            // A failure is in the log.
            let _ = flight.await;
        }
        self.state.lock().last_attempt = None;
        if let Some(flight) = self.flight() {
            let _ = flight.await;
        }
    }

    /// The current state, without waiting for a fetch.
    fn settled(&self) -> Current {
        let state = self.state.lock();
        let failed = matches!(
            state.last_attempt,
            Some(Attempt {
                outcome: Outcome::Failed(_),
                ..
            })
        );
        Current {
            blogs: state.last_good.clone(),
            stale: failed || state.is_restored || state.last_good.is_none(),
            posts_so_far: match (&state.last_good, &state.flight) {
                (None, Some(_)) => self.source.posts_so_far(),
                _ => None,
            },
        }
    }

    /// The fetch that is under way, or a new one; `None` while the last one is recent.
    fn flight(&self) -> Option<Flight> {
        let mut state = self.state.lock();
        if let Some(flight) = &state.flight {
            return Some(flight.clone());
        }
        if state
            .last_attempt
            .is_some_and(|attempt| self.is_recent(attempt))
        {
            return None;
        }
        let flight = self.start_fetch();
        state.flight = Some(flight.clone());
        state.flight_began = Some(Instant::now());
        Some(flight)
    }

    fn is_recent(&self, attempt: Attempt) -> bool {
        let pause = match attempt.outcome {
            Outcome::Succeeded => self.max_age,
            Outcome::Failed(pause) => pause,
        };
        self.age(attempt) < pause
    }

    fn age(&self, attempt: Attempt) -> Duration {
        self.clock.uptime().saturating_sub(attempt.ended)
    }

    /// Starts a fetch in a task of its own, so that it outlives the reader that started it. Its log
    /// lines carry that reader's request id.
    fn start_fetch(&self) -> Flight {
        let fetch = Fetch {
            source: Arc::clone(&self.source),
            clock: Arc::clone(&self.clock),
            state: Arc::clone(&self.state),
            saved: self.saved.clone(),
            max_age: self.max_age,
            lifetime: self.lifetime,
        };
        let shared = self.shared.clone();
        let landing = tokio::spawn(in_current_request(async move {
            match shared {
                Some(shared) => fetch.run_for_all(&shared).await,
                None => fetch.run().await,
            }
        }));
        async move { landing.await.unwrap_or(Err(FetchFailed)) }
            .boxed()
            .shared()
    }
}
