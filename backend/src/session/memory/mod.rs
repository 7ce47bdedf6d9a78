//! Flashes that wait for sessions, and which sessions have ended.
//!
//! Both are stored at once. A server with its own database keeps an index in memory, so that requests
//! of sessions without flashes touch no disk. A shared database is asked at each request, since
//! another server may have changed it.

mod index;
mod taken;

use std::future::Future;
use std::sync::Arc;

use parking_lot::Mutex;
use shared::flash::Flash;
use uuid::Uuid;

use crate::clients::ClientKey;
use crate::session_id::SessionId;
use crate::store::{Store, StoreError};
use crate::telemetry::Chain;
use crate::telemetry::in_current_request;
use index::Index;
pub use taken::Taken;

/// How many of the last ends are read again. An end gets its number before it is committed, so a lower
/// number can appear after a higher one.
const REREAD_ENDS: i64 = 1_000;

/// How many sessions are remembered.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sessions for which flashes wait. Above this, the client with the most loses its oldest: a flash
    /// that will be read waits for seconds, not hours.
    pub waiting: usize,
    /// Sessions that have ended. Above this, no session can be ended: a forgotten end would make a
    /// session valid again.
    pub ended: usize,
    /// Sessions that one client has ended. Above this, that client can end none.
    pub ended_of_client: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            waiting: 100_000,
            ended: 1_000_000,
            ended_of_client: 10_000,
        }
    }
}

/// Why a session can't be ended. The session then goes on.
#[derive(Debug, thiserror::Error)]
pub enum EndError {
    /// The end can't be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The client has ended [`Limits::ended_of_client`] sessions within a day.
    #[error("one client has ended too many sessions within a day")]
    TooManyOfClient,
    /// [`Limits::ended`] sessions have ended within a day.
    #[error("too many sessions have ended within a day")]
    TooMany,
}

/// The state of a session at the beginning of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It has not ended.
    Live {
        /// Whether flashes wait for it.
        flashes_wait: bool,
    },
    /// None of its tokens is valid any more.
    Ended,
    /// The shared database does not answer: the session may have ended at another server.
    Unknown,
}

/// Flashes that wait, and sessions that have ended.
pub struct SessionMemory {
    store: Arc<dyn Store>,
    index: Mutex<Index>,
    limits: Limits,
}

impl SessionMemory {
    /// Reads the ended sessions, and those for which flashes wait, from the store.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn load(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let mut index = Index::default();
        index.learn_ends(store.ended_sessions(0).await?);
        if !store.is_shared() {
            for (session, keep_until) in store.sessions_with_flashes().await? {
                index.add_waiting(session, None, keep_until);
            }
        }
        Ok(Self {
            store,
            index: Mutex::new(index),
            limits: Limits::default(),
        })
    }

    /// The same memory with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// A new id for a flash. Ids tell flashes apart; their order is the store's.
    pub fn next_flash_id(&self) -> String {
        Uuid::now_v7().to_string()
    }

    /// The state of a session, from memory, or by a query if the database is shared.
    pub async fn standing(&self, session: SessionId) -> Standing {
        {
            let index = self.index.lock();
            if index.has_ended(session) {
                return Standing::Ended;
            }
            if !self.store.is_shared() {
                let flashes_wait = index.additions(session).is_some();
                return Standing::Live { flashes_wait };
            }
        }
        match self.store.session_state(session).await {
            Ok(state) => match state.ended {
                Some(keep_until) => {
                    self.index.lock().add_end(session, None, keep_until);
                    Standing::Ended
                }
                None => Standing::Live {
                    flashes_wait: state.flashes_wait,
                },
            },
            Err(error) => {
                tracing::debug!(cause = %Chain(&error), "Can't ask the database whether a session has ended");
                Standing::Unknown
            }
        }
    }

    /// Leaves flashes waiting for a session, until its next envelope or `keep_until`.
    ///
    /// # Errors
    /// When they can't be stored.
    pub async fn leave_flashes(
        self: &Arc<Self>,
        session: SessionId,
        client: Option<ClientKey>,
        flashes: Vec<Flash>,
        keep_until: i64,
    ) -> Result<(), StoreError> {
        let memory = Arc::clone(self);
        to_the_end(async move {
            memory.make_room(session).await?;
            let store = &memory.store;
            store.add_flashes(session, &flashes, keep_until).await?;
            memory.note_waiting(session, client, keep_until);
            Ok(())
        })
        .await
    }

    fn note_waiting(&self, session: SessionId, client: Option<ClientKey>, keep_until: i64) {
        if !self.store.is_shared() {
            self.index.lock().add_waiting(session, client, keep_until);
        }
    }

    /// When the index has no room for another session, drops flashes of the client that has the most. With a
    /// shared database there are none in the index.
    async fn make_room(&self, session: SessionId) -> Result<(), StoreError> {
        let forgotten = {
            let mut index = self.index.lock();
            if index.waiting() < self.limits.waiting || index.additions(session).is_some() {
                return Ok(());
            }
            index.forget_waiting_of_busiest_client()
        };
        tracing::warn!(
            "Flashes wait for too many sessions: the busiest client's oldest are forgotten"
        );
        for session in forgotten {
            self.store.take_flashes(session).await?;
        }
        Ok(())
    }

    /// Whether flashes wait for a session that had this standing at the beginning of the request. The
    /// index includes later changes. A shared database is not asked again.
    pub fn has_waiting_flashes(&self, session: SessionId, standing: Standing) -> bool {
        if self.store.is_shared() {
            return standing == Standing::Live { flashes_wait: true };
        }
        self.index.lock().additions(session).is_some()
    }

    /// Takes the flashes that wait for a session. They stay when the store fails, and are put back when
    /// the request is given up.
    pub async fn take_flashes(self: &Arc<Self>, session: SessionId) -> Taken {
        let memory = Arc::clone(self);
        let taken = to_the_end(async move {
            let before = memory.index.lock().additions(session);
            let flashes = memory.store.take_flashes(session).await?;
            memory.index.lock().take_waiting(session, before);
            Ok::<_, StoreError>(Taken {
                memory,
                session,
                flashes,
            })
        });
        taken.await.unwrap_or_else(|error| {
            error.log("Waiting flashes can't be delivered yet");
            Taken {
                memory: Arc::clone(self),
                session,
                flashes: Vec::new(),
            }
        })
    }

    /// Ends a session: from now on none of its tokens is valid. `keep_until` is when the last of
    /// them will have expired.
    ///
    /// # Errors
    /// When the end can't be stored; then the session has not ended.
    pub async fn end(
        self: &Arc<Self>,
        session: SessionId,
        client: Option<ClientKey>,
        keep_until: i64,
    ) -> Result<(), EndError> {
        {
            let index = self.index.lock();
            if client.is_some_and(|client| index.ended_of(client) >= self.limits.ended_of_client) {
                return Err(EndError::TooManyOfClient);
            }
            if index.ended() >= self.limits.ended {
                return Err(EndError::TooMany);
            }
        }
        let memory = Arc::clone(self);
        to_the_end(async move {
            memory.store.end_session(session, keep_until).await?;
            memory.index.lock().add_end(session, client, keep_until);
            Ok(())
        })
        .await
    }

    /// The number of sessions for which flashes wait. `None` when a shared database would have to be asked.
    pub fn waiting(&self) -> Option<u64> {
        let waiting = self.index.lock().waiting() as u64;
        (!self.store.is_shared()).then_some(waiting)
    }

    /// Forgets sessions that expired before `now`. Reads which sessions have ended at other servers, so
    /// that they stay ended while the database is unreachable.
    ///
    /// # Errors
    /// When the store can't be used. The next call does the rest.
    pub async fn forget_expired(&self, now: i64) -> Result<(), StoreError> {
        let last_end = {
            let mut index = self.index.lock();
            index.forget_expired(now);
            index.last_end()
        };
        self.store.forget_expired(now).await?;
        if self.store.is_shared() {
            let ends = self.store.ended_sessions(last_end - REREAD_ENDS).await?;
            let mut index = self.index.lock();
            if index.ended() < self.limits.ended {
                index.learn_ends(ends);
            }
        }
        Ok(())
    }
}

/// Runs work to its end even when the caller is dropped: store and index must agree.
async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(in_current_request(work)).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down, and this task with it.
            Err(_) => std::future::pending().await,
        },
    }
}
