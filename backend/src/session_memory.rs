//! What the server remembers of sessions between requests: messages that wait for them, and that
//! they have ended.
//!
//! Both are written through to the store. An index in memory knows for which sessions there is
//! anything at all, so that the requests of all others touch no disk.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use shared::flash::Flash;
use tokio::sync::oneshot;

use crate::error::Chain;
use crate::store::{Store, StoreError};
use crate::token::SessionId;

/// Waiting messages and ended sessions.
pub struct SessionMemory {
    store: Arc<dyn Store>,
    index: Mutex<Index>,
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
        Ok(Self {
            store,
            index: Mutex::new(index),
        })
    }

    /// Leaves messages waiting for a session, until its next envelope or `keep_until`.
    ///
    /// # Errors
    /// When they can't be stored.
    pub async fn leave_flashes(
        &self,
        session: SessionId,
        flashes: &[Flash],
        keep_until: i64,
    ) -> Result<(), StoreError> {
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

    /// Takes the messages that wait for a session, oldest first. While the store can't be used
    /// they stay where they are.
    ///
    /// Whoever stops waiting for the answer loses none: they are put back.
    pub async fn take_flashes(self: &Arc<Self>, session: SessionId) -> Vec<Flash> {
        if !self.index.lock().waiting.contains_key(&session) {
            return Vec::new();
        }
        let (handing_over, handed_over) = oneshot::channel();
        let memory = Arc::clone(self);
        tokio::spawn(async move {
            match memory.take_from_store(session).await {
                Ok((flashes, keep_until)) => {
                    let returned = handing_over.send(flashes).err().unwrap_or_default();
                    if returned.is_empty() {
                        return;
                    }
                    if let Err(error) = memory.leave_flashes(session, &returned, keep_until).await {
                        tracing::error!(cause = %Chain(&error), "Waiting messages were lost");
                    }
                }
                Err(error) => {
                    tracing::error!(cause = %Chain(&error), "Waiting messages can't be delivered yet");
                }
            }
        });
        handed_over.await.unwrap_or_default()
    }

    async fn take_from_store(&self, session: SessionId) -> Result<(Vec<Flash>, i64), StoreError> {
        let before = self
            .index
            .lock()
            .waiting
            .get(&session)
            .map(|waiting| waiting.additions);
        let flashes = self.store.take_flashes(session).await?;
        let mut index = self.index.lock();
        let keep_until = index
            .waiting
            .get(&session)
            .map_or(i64::MAX, |waiting| waiting.keep_until);
        if index.waiting.get(&session).map(|waiting| waiting.additions) == before {
            index.waiting.remove(&session);
        }
        Ok((flashes, keep_until))
    }

    /// Ends a session: from now on none of its tokens is valid. `keep_until` is when the last of
    /// them will have expired.
    ///
    /// # Errors
    /// When that can't be stored; then the session has not ended.
    pub async fn end(&self, session: SessionId, keep_until: i64) -> Result<(), StoreError> {
        self.store.end_session(session, keep_until).await?;
        self.index.lock().ended.insert(session, keep_until);
        Ok(())
    }

    /// Whether a session has ended.
    #[must_use]
    pub fn has_ended(&self, session: SessionId) -> bool {
        self.index.lock().ended.contains_key(&session)
    }

    /// Forgets what was to be kept until before `now`.
    ///
    /// # Errors
    /// When the store can't be used; the next time will do.
    pub async fn forget_expired(&self, now: i64) -> Result<(), StoreError> {
        {
            let mut index = self.index.lock();
            index.waiting.retain(|_, waiting| waiting.keep_until >= now);
            index.ended.retain(|_, keep_until| *keep_until >= now);
        }
        self.store.forget_expired(now).await
    }
}
