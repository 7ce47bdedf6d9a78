//! What one process knows of its sessions without asking the store.

use std::collections::HashMap;

use crate::session_id::SessionId;
use crate::store::session::EndedSession;

#[derive(Default)]
pub(super) struct Index {
    /// Sessions for which flashes wait, or may wait.
    waiting: HashMap<SessionId, Waiting>,
    /// Sessions that have ended, until the last of their tokens has expired.
    ended: HashMap<SessionId, i64>,
    /// The number of the last end that was read from the store.
    last_end: i64,
}

struct Waiting {
    keep_until: i64,
    additions: Additions,
}

/// Grows whenever flashes are added to a session. Flashes that were added while others were taken
/// are not taken for delivered.
pub(super) type Additions = u64;

impl Index {
    /// Notes that flashes wait for a session.
    pub(super) fn add_waiting(&mut self, session: SessionId, keep_until: i64) {
        let waiting = self.waiting.entry(session).or_insert(Waiting {
            keep_until,
            additions: 0,
        });
        waiting.keep_until = waiting.keep_until.max(keep_until);
        waiting.additions += 1;
    }

    /// None when no flash waits for the session.
    pub(super) fn additions(&self, session: SessionId) -> Option<Additions> {
        self.waiting.get(&session).map(|waiting| waiting.additions)
    }

    /// Notes that flashes were taken, of which there were `before` additions then.
    pub(super) fn take_waiting(&mut self, session: SessionId, before: Option<Additions>) {
        if self.additions(session) == before {
            self.waiting.remove(&session);
        }
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Forgets the oldest tenth of the sessions for which flashes wait; returns the time until which
    /// their flashes were to be kept at most.
    pub(super) fn forget_oldest_waiting(&mut self) -> i64 {
        let mut ends: Vec<i64> = self
            .waiting
            .values()
            .map(|waiting| waiting.keep_until)
            .collect();
        if ends.is_empty() {
            return i64::MIN;
        }
        let tenth = ends.len() / 10;
        let oldest = *ends.select_nth_unstable(tenth).1;
        self.waiting
            .retain(|_, waiting| waiting.keep_until > oldest);
        oldest
    }

    /// Notes that a session has ended.
    pub(super) fn add_end(&mut self, session: SessionId, keep_until: i64) {
        self.ended.insert(session, keep_until);
    }

    /// Notes ends that were read from the store.
    pub(super) fn learn_ends(&mut self, ends: Vec<EndedSession>) {
        for end in ends {
            self.last_end = self.last_end.max(end.number);
            self.add_end(end.session, end.keep_until);
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

    /// Forgets what was to be kept until before `now`.
    pub(super) fn forget_expired(&mut self, now: i64) {
        self.waiting.retain(|_, waiting| waiting.keep_until >= now);
        self.ended.retain(|_, keep_until| *keep_until >= now);
    }
}
