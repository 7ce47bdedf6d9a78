//! What the server remembers of sessions between requests: messages that wait for them, and that
//! they have ended.
//!
//! Both are written through to the store. An index in memory knows for which sessions there is
//! anything at all, so that the requests of all others touch no disk. Where several servers share
//! the store it is asked each time, since another one may know better.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use parking_lot::Mutex;
use shared::flash::Flash;
use tokio::runtime::Handle;
use uuid::Uuid;

use crate::session_id::SessionId;
use crate::store::{Store, StoreError};
use crate::telemetry::Chain;
use crate::telemetry::in_current_request;

/// How much is remembered at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sessions for which messages wait. Beyond it those of the oldest sessions are forgotten:
    /// a message that someone will read waits for seconds, not hours.
    pub waiting: usize,
    /// Sessions that have ended. Beyond it no session can be ended, since to forget one would be
    /// to revive it.
    pub ended: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting: 100_000,
            ended: 1_000_000,
        }
    }
}

/// Why a session can't be ended; then it goes on.
#[derive(Debug, thiserror::Error)]
pub enum EndError {
    /// It can't be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More sessions have ended today than can be remembered.
    #[error("too many sessions have ended within a day")]
    TooMany,
}

/// Waiting messages and ended sessions.
pub struct SessionMemory {
    store: Arc<dyn Store>,
    index: Mutex<Index>,
    newest_flash: Mutex<Uuid>,
    limits: Limits,
}

#[derive(Default)]
struct Index {
    /// Sessions for which messages wait, or may do.
    waiting: HashMap<SessionId, Waiting>,
    /// Sessions that have ended, until the last of their tokens has expired.
    ended: HashMap<SessionId, i64>,
}

struct Waiting {
    keep_until: i64,
    /// Changes whenever messages are added: one who took what was there before must not believe
    /// that nothing waits any more.
    additions: u64,
}

impl SessionMemory {
    /// Reads what the store remembers from before.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn load(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let index = Index {
            waiting: store
                .sessions_with_flashes()
                .await?
                .into_iter()
                .map(|(session, keep_until)| {
                    (
                        session,
                        Waiting {
                            keep_until,
                            additions: 0,
                        },
                    )
                })
                .collect(),
            ended: store.ended_sessions().await?.into_iter().collect(),
        };
        let newest_flash = store.newest_flash_id().await?.unwrap_or_default();
        Ok(Self {
            store,
            index: Mutex::new(index),
            newest_flash: Mutex::new(newest_flash),
            limits: Limits::default(),
        })
    }

    /// The same memory with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// An id for a message: a UUIDv7 that is greater than every one before it, also when the clock
    /// was put back in between, since messages are kept in the order of their ids.
    #[must_use]
    pub fn next_flash_id(&self) -> String {
        let mut newest = self.newest_flash.lock();
        let successor = Uuid::from_u128(newest.as_u128().saturating_add(1));
        *newest = Uuid::now_v7().max(successor);
        newest.to_string()
    }

    /// Leaves messages waiting for a session, until its next envelope or `keep_until`.
    ///
    /// # Errors
    /// When they can't be stored.
    pub async fn leave_flashes(
        self: &Arc<Self>,
        session: SessionId,
        flashes: Vec<Flash>,
        keep_until: i64,
    ) -> Result<(), StoreError> {
        let memory = Arc::clone(self);
        to_the_end(async move { memory.store_flashes(session, &flashes, keep_until).await }).await
    }

    async fn store_flashes(
        &self,
        session: SessionId,
        flashes: &[Flash],
        keep_until: i64,
    ) -> Result<(), StoreError> {
        self.make_room(session).await?;
        self.store.add_flashes(session, flashes, keep_until).await?;
        let mut index = self.index.lock();
        let waiting = index.waiting.entry(session).or_insert(Waiting {
            keep_until,
            additions: 0,
        });
        waiting.keep_until = waiting.keep_until.max(keep_until);
        waiting.additions += 1;
        Ok(())
    }

    /// Forgets the messages of the oldest tenth of sessions when there is no room for another one.
    async fn make_room(&self, session: SessionId) -> Result<(), StoreError> {
        let oldest = {
            let mut index = self.index.lock();
            let waiting = &mut index.waiting;
            if waiting.len() < self.limits.waiting || waiting.contains_key(&session) {
                return Ok(());
            }
            let mut ends: Vec<i64> = waiting.values().map(|waiting| waiting.keep_until).collect();
            let tenth = ends.len() / 10;
            let oldest = *ends.select_nth_unstable(tenth).1;
            waiting.retain(|_, waiting| waiting.keep_until > oldest);
            oldest
        };
        tracing::warn!("Messages wait for too many sessions: the oldest are forgotten");
        self.store.forget_flashes(oldest).await
    }

    /// Whether messages wait for a session, or may do.
    #[must_use]
    pub fn has_waiting_flashes(&self, session: SessionId) -> bool {
        self.index.lock().waiting.contains_key(&session)
    }

    /// Takes the messages that wait for a session, oldest first. While the store can't be used
    /// they stay where they are.
    ///
    /// Whoever stops waiting for the answer loses none: they are put back.
    pub async fn take_flashes(self: &Arc<Self>, session: SessionId) -> Vec<Flash> {
        if !self.store.is_shared() && !self.index.lock().waiting.contains_key(&session) {
            return Vec::new();
        }
        let memory = Arc::clone(self);
        let taken = to_the_end(async move {
            let (flashes, keep_until) = memory.take_from_store(session).await?;
            Ok::<_, StoreError>(Taken {
                memory,
                session,
                keep_until,
                flashes,
            })
        });
        match taken.await {
            Ok(mut taken) => std::mem::take(&mut taken.flashes),
            Err(error) => {
                tracing::error!(cause = %Chain(&error), "Waiting messages can't be delivered yet");
                Vec::new()
            }
        }
    }

    async fn take_from_store(&self, session: SessionId) -> Result<(Vec<Flash>, i64), StoreError> {
        let before = self
            .index
            .lock()
            .waiting
            .get(&session)
            .map(|waiting| waiting.additions);
        let (flashes, keep_until) = self.store.take_flashes(session).await?;
        let mut index = self.index.lock();
        if index.waiting.get(&session).map(|waiting| waiting.additions) == before {
            index.waiting.remove(&session);
        }
        Ok((flashes, keep_until.unwrap_or(i64::MAX)))
    }

    /// Ends a session: from now on none of its tokens is valid. `keep_until` is when the last of
    /// them will have expired.
    ///
    /// # Errors
    /// When that can't be remembered; then the session has not ended.
    pub async fn end(
        self: &Arc<Self>,
        session: SessionId,
        keep_until: i64,
    ) -> Result<(), EndError> {
        if self.index.lock().ended.len() >= self.limits.ended {
            return Err(EndError::TooMany);
        }
        let memory = Arc::clone(self);
        to_the_end(async move {
            memory.store.end_session(session, keep_until).await?;
            memory.index.lock().ended.insert(session, keep_until);
            Ok(())
        })
        .await
    }

    /// Sessions for which messages wait.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.index.lock().waiting.len() as u64
    }

    /// Whether a session has ended. While a shared store can't be asked, what this server knows
    /// has to do.
    pub async fn has_ended(&self, session: SessionId) -> bool {
        if self.index.lock().ended.contains_key(&session) {
            return true;
        }
        if !self.store.is_shared() {
            return false;
        }
        match self.store.session_end(session).await {
            Ok(Some(keep_until)) => {
                self.index.lock().ended.insert(session, keep_until);
                true
            }
            Ok(None) => false,
            Err(error) => {
                tracing::error!(cause = %Chain(&error), "Whether sessions have ended elsewhere can't be asked");
                false
            }
        }
    }

    /// Forgets what was to be kept until before `now`, and learns which sessions have ended at
    /// other servers, so that it is known when the store can't be asked.
    ///
    /// # Errors
    /// When the store can't be used; the next time will do.
    pub async fn forget_expired(&self, now: i64) -> Result<(), StoreError> {
        {
            let mut index = self.index.lock();
            index.waiting.retain(|_, waiting| waiting.keep_until >= now);
            index.ended.retain(|_, keep_until| *keep_until >= now);
        }
        self.store.forget_expired(now).await?;
        if self.store.is_shared() {
            let ended = self.store.ended_sessions().await?;
            self.index.lock().ended.extend(ended);
        }
        Ok(())
    }
}

/// Messages on their way from the store to a response. What nobody has taken out goes back.
struct Taken {
    memory: Arc<SessionMemory>,
    session: SessionId,
    keep_until: i64,
    flashes: Vec<Flash>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let flashes = std::mem::take(&mut self.flashes);
        let (memory, session, keep_until) =
            (Arc::clone(&self.memory), self.session, self.keep_until);
        if flashes.is_empty() {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            if let Err(error) = memory.store_flashes(session, &flashes, keep_until).await {
                tracing::error!(cause = %Chain(&error), "Waiting messages were lost");
            }
        });
    }
}

/// Does something to its end, also when whoever waits for it goes: the store and the index must not
/// disagree.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(in_current_request(work)).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is on its way down, and this task with it.
            Err(_) => std::future::pending().await,
        },
    }
}
