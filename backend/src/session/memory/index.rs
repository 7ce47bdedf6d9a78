//! The sessions that this process keeps in memory, so that it needs no query to the store.

use std::collections::HashMap;

use crate::clients::ClientKey;
use crate::session_id::SessionId;
use crate::store::session::EndedSession;

#[derive(Default)]
pub(super) struct Index {
    /// Sessions for which flashes wait, or may wait.
    waiting: HashMap<SessionId, Waiting>,
    /// Sessions that have ended, until the last of their tokens has expired.
    ended: HashMap<SessionId, End>,
    /// How many of these each client has ended.
    ended_of: HashMap<ClientKey, usize>,
    /// The number of the last end that was read from the store.
    last_end: i64,
}

struct Waiting {
    keep_until: i64,
    /// `None` for sessions that were read from the store at the start.
    client: Option<ClientKey>,
    additions: Additions,
}

struct End {
    keep_until: i64,
    client: Option<ClientKey>,
}

/// The most sessions whose flashes are forgotten at once.
const MAX_FORGOTTEN: usize = 100;

/// How often flashes were added to a session. Flashes that were added while others were taken still
/// wait.
pub(super) type Additions = u64;

impl Index {
    /// Notes that flashes wait for a session.
    pub(super) fn add_waiting(
        &mut self,
        session: SessionId,
        client: Option<ClientKey>,
        keep_until: i64,
    ) {
        let waiting = self.waiting.entry(session).or_insert(Waiting {
            keep_until,
            client,
            additions: 0,
        });
        waiting.keep_until = waiting.keep_until.max(keep_until);
        waiting.additions += 1;
    }

    /// How often flashes were added to a session. `None` when no flash waits for it.
    pub(super) fn additions(&self, session: SessionId) -> Option<Additions> {
        self.waiting.get(&session).map(|waiting| waiting.additions)
    }

    /// Notes that flashes were taken after `before` additions. Later additions still wait.
    pub(super) fn take_waiting(&mut self, session: SessionId, before: Option<Additions>) {
        if self.additions(session) == before {
            self.waiting.remove(&session);
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets the oldest tenth of the sessions with waiting flashes of the client that has the most, at most
    /// [`MAX_FORGOTTEN`]. When several clients have as many, it takes them together. Returns the forgotten
    /// sessions.
    pub(super) fn forget_waiting_of_busiest_client(&mut self) -> Vec<SessionId> {
        let mut counts: HashMap<Option<ClientKey>, usize> = HashMap::new();
        for waiting in self.waiting.values() {
            *counts.entry(waiting.client).or_default() += 1;
        }
        let most = counts.values().copied().max().unwrap_or_default();
        let mut oldest: Vec<(i64, SessionId)> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| counts.get(&waiting.client) == Some(&most))
            .map(|(session, waiting)| (waiting.keep_until, *session))
            .collect();
        oldest.sort_unstable_by_key(|(keep_until, _)| *keep_until);
        let forgotten = (oldest.len() / 10).clamp(1, MAX_FORGOTTEN);
        let sessions = oldest.into_iter().take(forgotten);
        sessions
            .map(|(_, session)| {
                self.waiting.remove(&session);
                session
            })
            .collect()
    }

    /// Notes that a session has ended.
    pub(super) fn add_end(
        &mut self,
        session: SessionId,
        client: Option<ClientKey>,
        keep_until: i64,
    ) {
        let end = End { keep_until, client };
        if self.ended.insert(session, end).is_none()
            && let Some(client) = client
        {
            *self.ended_of.entry(client).or_default() += 1;
        }
    }

    /// How many sessions a client has ended.
    pub(super) fn ended_of(&self, client: ClientKey) -> usize {
        self.ended_of.get(&client).copied().unwrap_or_default()
    }

    /// Notes ends that were read from the store.
    pub(super) fn learn_ends(&mut self, ends: Vec<EndedSession>) {
        for end in ends {
            self.last_end = self.last_end.max(end.number);
            if !self.has_ended(end.session) {
                self.add_end(end.session, None, end.keep_until);
            }
        }
    }

    pub(super) fn last_end(&self) -> i64 {
        self.last_end
    }

    pub(super) fn has_ended(&self, session: SessionId) -> bool {
        self.ended.contains_key(&session)
    }

    pub(super) fn ended(&self) -> usize {
        self.ended.len()
    }

    /// Forgets sessions that expired before `now`.
    pub(super) fn forget_expired(&mut self, now: i64) {
        self.waiting.retain(|_, waiting| waiting.keep_until >= now);
        self.ended.retain(|_, end| end.keep_until >= now);
        self.ended_of.clear();
        for client in self.ended.values().filter_map(|end| end.client) {
            *self.ended_of.entry(client).or_default() += 1;
        }
    }
}
