//! One fetch of the source: for this server alone, or for all servers that share readings.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::saved::SavedCopy;
use super::shared::SharedReadings;
use super::state::{FetchFailed, Fetched, Outcome, State, blogs_of, pause_after, share};
use super::view::{BlogCopy, FetchedBlogs};
use crate::clock::Clock;
use crate::content::snapshot::Snapshot;
use crate::sources::{BlogSource, SourceError};
use crate::store::StoreError;
use crate::store::reading::SourceClaim;
use crate::telemetry::{Chain, in_current_request};

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
            let noted = shared.noted();
            match shared.claim(&*self.clock, self.max_age).await {
                Ok(SourceClaim::Granted) => {
                    let fetched = shared.keep_claim(&*self.clock, self.read()).await;
                    return self.record(shared, fetched).await;
                }
                Ok(SourceClaim::Taken) => shared.wait(noted).await,
                Ok(SourceClaim::Recent { failed, wait }) => {
                    shared.catch_up(&self.state).await;
                    if !failed && self.state.lock().last_good.is_none() {
                        // The other server's reading can't be loaded from the store.
                        return self.run().await;
                    }
                    return self.adopt_outcome(failed, wait);
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
        if is_new {
            self.save(blogs.clone());
        }
        Ok(blogs)
    }

    fn save(&self, blogs: FetchedBlogs) {
        if let Some(saved) = self.saved.clone() {
            tokio::task::spawn_blocking(move || saved.save(&blogs));
        }
    }

    /// Writes the outcome of a fetch to the store, from which every server reads it.
    async fn record(
        &self,
        shared: &SharedReadings,
        fetched: Result<Fetched<Arc<BlogCopy>>, SourceError>,
    ) -> Result<FetchedBlogs, FetchFailed> {
        let kind = self.source.kind();
        let (before, blogs) = {
            let state = self.state.lock();
            let blogs = fetched.and_then(|fetched| blogs_of(fetched, state.fetched.as_ref(), kind));
            (state.last_good.clone(), blogs)
        };
        let recorded: Result<(), StoreError> = match &blogs {
            Ok(blogs) => {
                let keep = self.lifetime + self.max_age;
                shared.record(blogs.clone(), &*self.clock, keep).await
            }
            Err(cause) => {
                let pause = pause_after(cause);
                shared.record_failure(&*self.clock, pause).await
            }
        };
        if let Err(error) = recorded {
            error.log("A reading of the source can't be shared");
        } else if let Ok(blogs) = &blogs {
            shared.catch_up(&self.state).await;
            {
                let mut state = self.state.lock();
                state.fetches.succeeded += 1;
                state.fetched = Some(blogs.clone());
            }
            let adopted = self.adopt_outcome(false, self.max_age);
            if let Ok(now) = &adopted
                && now.is_new_after(before.as_ref())
            {
                self.save(now.clone());
            }
            return adopted;
        }
        self.land(blogs.map(|blogs| Some((blogs.copy, blogs.site.as_deref().cloned()))))
    }

    /// Adopts the outcome of a recorded fetch as this server's own. The source is not read again for
    /// `wait`.
    fn adopt_outcome(&self, failed: bool, wait: Duration) -> Result<FetchedBlogs, FetchFailed> {
        let (outcome, age) = match failed {
            true => (Outcome::Failed(wait), Duration::ZERO),
            false => (Outcome::Succeeded, self.max_age.saturating_sub(wait)),
        };
        let mut state = self.state.lock();
        state.attempted(outcome, age, &*self.clock);
        let last_good = state.last_good.clone().filter(|_| !failed);
        last_good.ok_or(FetchFailed)
    }
}

/// Reads the source in a task of its own: a panic in its adapter becomes an error.
async fn read(source: &Arc<dyn BlogSource>) -> Result<Fetched<Snapshot>, SourceError> {
    let source = Arc::clone(source);
    let reading = in_current_request(async move {
        let reading = source.refetch().await?;
        Ok(reading.map(|reading| (Snapshot::new(reading.posts), reading.site)))
    });
    tokio::spawn(reading).await.unwrap_or_else(|panic| {
        Err(SourceError::Unusable(format!(
            "the source's adapter failed: {panic}"
        )))
    })
}
