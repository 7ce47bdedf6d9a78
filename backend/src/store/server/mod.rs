//! The parts of a store that only a database server needs: the circuit breaker, what requests ask about
//! their sessions, and notifications about readings.

mod breaker;
mod listener;
mod lookups;
mod session_states;

use sqlx::postgres::PgPool;
use tokio::sync::watch;

use self::breaker::Breaker;
pub(super) use self::breaker::{error_code, is_unreachable, refuse_standby};
pub(super) use self::listener::RING;
use self::lookups::Lookups;
use super::StoreError;
use super::session::SessionState;
use crate::session_id::SessionId;

/// The parts of a store that only a database server needs, besides the pool.
pub(super) struct ServerLink {
    pub(super) breaker: Breaker,
    lookups: Lookups,
    readings_noted: watch::Receiver<()>,
}

impl ServerLink {
    pub(super) fn to(pool: &PgPool) -> Self {
        let breaker = Breaker::probing(pool);
        Self {
            lookups: Lookups::through(pool.clone(), breaker.clone()),
            readings_noted: listener::listen(pool.connect_options().as_ref().clone()),
            breaker,
        }
    }

    pub(super) fn readings_noted(&self) -> watch::Receiver<()> {
        let mut noted = self.readings_noted.clone();
        noted.mark_unchanged();
        noted
    }

    pub(super) async fn session_state(
        &self,
        session: SessionId,
    ) -> Result<SessionState, StoreError> {
        if self.breaker.is_tripped() {
            return Err(StoreError::Unreachable);
        }
        self.lookups.ask(session).await
    }
}
