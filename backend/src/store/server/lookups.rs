//! Looks up the sessions of requests, with at most one query for each request.
//!
//! One task asks for all requests. Those that come during a query share the next one. The task keeps its
//! connection, since a pool checks each connection that is given back, which takes another round trip.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgPool, Postgres};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::breaker::Breaker;
use super::session_states::look_up;
use crate::session_id::SessionId;
use crate::store::StoreError;
use crate::store::session::SessionState;

/// The most requests in the task's queue. Further ones wait until there is room.
const QUEUE: usize = 1_024;
/// The most sessions in one query.
const MAX_SESSIONS: usize = 256;
/// How long a lookup may take. After that the database counts as unreachable.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);

/// The queue of the task.
pub(super) struct Lookups(mpsc::Sender<Question>);

struct Question {
    session: SessionId,
    answer: oneshot::Sender<SessionState>,
}

impl Lookups {
    /// Starts the task, which ends when this is dropped.
    pub(super) fn through(pool: PgPool, breaker: Breaker) -> Self {
        let (questions, asked) = mpsc::channel(QUEUE);
        tokio::spawn(answer_all(pool, breaker, asked));
        Self(questions)
    }

    /// Asks for one session. The answer is no older than the question.
    pub(super) async fn ask(&self, session: SessionId) -> Result<SessionState, StoreError> {
        let (answer, answered) = oneshot::channel();
        let question = Question { session, answer };
        let sent = self.0.send(question).await;
        sent.map_err(|_| StoreError::Unreachable)?;
        answered.await.map_err(|_| StoreError::Unreachable)
    }
}

async fn answer_all(pool: PgPool, breaker: Breaker, mut asked: mpsc::Receiver<Question>) {
    let mut connection = None;
    let mut questions = Vec::with_capacity(MAX_SESSIONS);
    while asked.recv_many(&mut questions, MAX_SESSIONS).await > 0 {
        let sessions = questions.iter().map(|question| question.session).collect();
        let lookup = look_up_through(&pool, &mut connection, sessions);
        let states = match timeout(LOOKUP_TIMEOUT, lookup).await {
            Ok(Ok(states)) => states,
            failed => {
                connection.take().map(PoolConnection::detach);
                match failed {
                    Ok(Err(error)) => breaker.trip(&error),
                    _ => breaker.trip(&StoreError::Unreachable),
                }
                // Dropping a question tells its request that there is no answer.
                questions.clear();
                continue;
            }
        };
        for question in questions.drain(..) {
            let state = states.get(&question.session).copied().unwrap_or_default();
            // A request that was given up takes no answer.
            let _ = question.answer.send(state);
        }
    }
}

async fn look_up_through(
    pool: &PgPool,
    connection: &mut Option<PoolConnection<Postgres>>,
    sessions: Vec<SessionId>,
) -> Result<HashMap<SessionId, SessionState>, sqlx::Error> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(pool.acquire().await?),
    };
    look_up(connection, sessions).await
}
