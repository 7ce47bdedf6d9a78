//! The question about sessions: which have ended, and for which flashes wait.

use std::collections::HashMap;

use sqlx::postgres::PgConnection;
use sqlx::{Row, query};

use crate::session_id::SessionId;
use crate::store::session::SessionState;

const LOOK_UP: &str = "SELECT session, keep_until FROM ended_sessions WHERE session = ANY($1)
     UNION ALL
     SELECT DISTINCT session, NULL::bigint FROM waiting_flashes WHERE session = ANY($1)";

/// Finds the sessions that have ended, or for which flashes wait.
pub(super) async fn look_up(
    connection: &mut PgConnection,
    sessions: Vec<SessionId>,
) -> Result<HashMap<SessionId, SessionState>, sqlx::Error> {
    let sessions: Vec<Vec<u8>> = sessions
        .iter()
        .map(|session| session.to_bytes().to_vec())
        .collect();
    let rows = query(LOOK_UP).bind(sessions).fetch_all(connection).await?;
    let mut states: HashMap<SessionId, SessionState> = HashMap::new();
    for row in rows {
        let bytes: Vec<u8> = row.try_get(0)?;
        let Some(session) = SessionId::from_bytes(&bytes) else {
            continue;
        };
        let state = states.entry(session).or_default();
        match row.try_get(1)? {
            None => state.flashes_wait = true,
            ended => state.ended = ended,
        }
    }
    Ok(states)
}
