//! Flashes on their way from the store to a response.

use std::sync::Arc;

use shared::flash::Flash;
use tokio::runtime::Handle;

use super::SessionMemory;
use crate::session_id::SessionId;
use crate::store::session::WaitingFlash;
use crate::telemetry::Chain;

/// Flashes that were taken from the store. Those that remain when it is dropped are put back.
pub struct Taken {
    pub(super) memory: Arc<SessionMemory>,
    pub(super) session: SessionId,
    pub(super) flashes: Vec<WaitingFlash>,
}

impl Taken {
    /// The flashes, oldest first, for a response that goes out.
    pub fn deliver(mut self) -> Vec<Flash> {
        let flashes = std::mem::take(&mut self.flashes).into_iter();
        flashes.map(|waiting| waiting.flash).collect()
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        let flashes = std::mem::take(&mut self.flashes);
        let (memory, session) = (Arc::clone(&self.memory), self.session);
        let Some(keep_until) = flashes.iter().map(|waiting| waiting.keep_until).max() else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            match memory.store.put_back_flashes(session, &flashes).await {
                Ok(()) => memory.note_waiting(session, None, keep_until),
                Err(error) => {
                    tracing::error!(cause = %Chain(&error), "Waiting flashes were lost");
                }
            }
        });
    }
}
