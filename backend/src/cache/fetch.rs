//! One fetch of the source: for this server alone, or for all servers that share readings.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::sleep;

use super::REFETCH_INTERVAL;
use super::saved::SavedCopy;
use super::shared::SharedReadings;
use super::state::{FetchFailed, Fetched, Outcome, State, blogs_of, share};
use super::upstream::{learn, read};
use super::view::{BlogCopy, FetchedBlogs};
use crate::clock::Clock;
use crate::sources::{BlogSource, SourceError};
use crate::store::StoreError;
use crate::store::reading::SourceClaim;
use crate::telemetry::Chain;

/// How often a server asks for the reading that another one is making.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

pub(super) struct Fetch {
    pub(super) source: Arc<dyn BlogSource>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) state: Arc<Mutex<State>>,
    pub(super) saved: Option<SavedCopy>,
    pub(super) max_age: Duration,
    pub(super) lifetime: Duration,
}

impl Fetch {
    /// Reads the source for this server.
    pub(super) async fn run(self) -> Result<FetchedBlogs, FetchFailed> {
        let fetched = self.read().await;
        self.land(fetched)
    }

    /// Reads the source for all servers, or waits for the one that is reading it. While the store
    /// can't be used, each server reads for itself.
    pub(super) async fn run_for_all(
        self,
        shared: &SharedReadings,
    ) -> Result<FetchedBlogs, FetchFailed> {
        loop {
            match shared.claim(&*self.clock, self.max_age).await {
                Ok(SourceClaim::Granted) => {
                    let fetched = self.read().await;
                    return self.record(shared, fetched).await;
                }
                Ok(SourceClaim::Taken) => sleep(POLL_INTERVAL).await,
                Ok(SourceClaim::Recent { failed }) => {
                    learn(shared, &self.state).await;
                    return self.adopt_outcome(failed);
                }
                Err(error) => {
                    tracing::debug!(cause = %Chain(&error), "The source is read for this server alone");
                    return self.run().await;
                }
            }
        }
    }

    async fn read(&self) -> Result<Fetched<Arc<BlogCopy>>, SourceError> {
        let fetched = read(&self.source).await?;
        Ok(fetched.map(|(snapshot, site)| (share(&self.state, snapshot), site)))
    }

    fn land(
        &self,
        fetched: Result<Fetched<Arc<BlogCopy>>, SourceError>,
    ) -> Result<FetchedBlogs, FetchFailed> {
        let landed = self
            .state
            .lock()
            .land(fetched, self.source.kind(), &*self.clock);
        let (blogs, is_new) = landed?;
        if let Some(saved) = self.saved.clone().filter(|_| is_new) {
            let blogs = blogs.clone();
            tokio::task::spawn_blocking(move || saved.save(&blogs));
        }
        Ok(blogs)
    }

    /// Writes the outcome of a fetch to the store, from which every server learns it.
    async fn record(
        &self,
        shared: &SharedReadings,
        fetched: Result<Fetched<Arc<BlogCopy>>, SourceError>,
    ) -> Result<FetchedBlogs, FetchFailed> {
        let kind = self.source.kind();
        let blogs = {
            let state = self.state.lock();
            fetched.and_then(|fetched| blogs_of(fetched, state.fetched.as_ref(), kind))
        };
        let recorded: Result<(), StoreError> = match &blogs {
            Ok(blogs) => {
                let keep = self.lifetime + self.max_age;
                shared.record(blogs.clone(), &*self.clock, keep).await
            }
            Err(_) => shared.record_failure(&*self.clock).await,
        };
        if let Err(error) = recorded {
            tracing::warn!(cause = %Chain(&error), "A reading of the source can't be shared");
        } else if let Ok(blogs) = &blogs {
            learn(shared, &self.state).await;
            {
                let mut state = self.state.lock();
                state.fetches.succeeded += 1;
                state.fetched = Some(blogs.clone());
            }
            return self.adopt_outcome(false);
        }
        self.land(blogs.map(|blogs| Some((blogs.copy, blogs.site.as_deref().cloned()))))
    }

    /// Takes the outcome of another server's fetch for this server's.
    fn adopt_outcome(&self, failed: bool) -> Result<FetchedBlogs, FetchFailed> {
        let mut state = self.state.lock();
        let newest = state.readings.iter().next_back();
        let read_at = newest.map_or(0, |reading| reading.read_at);
        let age = u64::try_from(self.clock.now().as_millisecond() - read_at).unwrap_or_default();
        let (outcome, age) = match failed {
            true => (Outcome::Failed(REFETCH_INTERVAL), Duration::ZERO),
            false => (Outcome::Succeeded, Duration::from_millis(age)),
        };
        state.attempted(outcome, age.min(self.max_age), &*self.clock);
        let last_good = state.last_good.clone().filter(|_| !failed);
        last_good.ok_or(FetchFailed)
    }
}
