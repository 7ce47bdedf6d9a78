//! Which messages are on the screen: a reducer without clock or I/O.
//!
//! A message comes in, is shown, leaves (its class `show` goes and it fades) and is removed. When
//! each step is due is the business of the component that shows it.

use std::collections::VecDeque;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use shared::flash::Flash;
use yew::Reducible;

/// How long a message is shown; milliseconds.
pub const SHOWN_MS: u32 = 5_000;
/// How long a message fades until it is removed; milliseconds.
pub const FADING_MS: u32 = 300;
/// Messages on the screen at once; others wait for their turn.
pub const MAX_ON_SCREEN: usize = 4;
/// Messages that can be read again; older ones are forgotten.
pub const MAX_HISTORY: usize = 50;

/// Whether a message is there to stay for its time, or on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Shown until its time is up.
    Shown,
    /// Fading.
    Leaving,
}

/// A message on the screen, or waiting for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// The message; of equal ones, the first.
    pub flash: Flash,
    /// How often the message came while it was here.
    pub times: u32,
    /// Shown or leaving.
    pub phase: Phase,
}

/// A message of the visit, as it can be read again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The message; of equal ones that came one after the other, the last.
    pub flash: Flash,
    /// How often it came in a row.
    pub times: u32,
    /// How often since the reader last looked at the history.
    pub unread: u32,
    /// When it came, the last time; milliseconds since 1970.
    pub at_ms: f64,
}

/// All messages of the visit that are not gone yet, and a history of all that came.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToastQueue {
    on_screen: Vec<Toast>,
    waiting: VecDeque<Toast>,
    seen: Vec<String>,
    /// Oldest first.
    history: Rc<Vec<Notice>>,
}

/// What can happen to the queue.
#[derive(Debug, Clone, PartialEq)]
pub enum ToastAction {
    /// An envelope brought messages.
    Receive {
        /// Oldest first.
        flashes: Vec<Flash>,
        /// Now; milliseconds since 1970.
        at_ms: f64,
    },
    /// What came before a reload, oldest first.
    Recall(Vec<Notice>),
    /// The reader has looked at the history.
    Read,
    /// The message with this id was closed, or its time is up.
    Leave(String),
    /// The message with this id has faded.
    Remove(String),
}

impl ToastQueue {
    /// All messages of the visit, oldest first.
    #[must_use]
    pub fn history(&self) -> &Rc<Vec<Notice>> {
        &self.history
    }

    /// The messages to show, oldest first.
    #[must_use]
    pub fn on_screen(&self) -> &[Toast] {
        &self.on_screen
    }

    fn receive(&mut self, flash: Flash, at_ms: f64) {
        if self.seen.contains(&flash.id) {
            return;
        }
        self.seen.push(flash.id.clone());
        self.record(flash.clone(), at_ms);
        let repeated = self
            .on_screen
            .iter_mut()
            .chain(&mut self.waiting)
            .find(|toast| toast.phase == Phase::Shown && is_same(&toast.flash, &flash));
        match repeated {
            Some(toast) => toast.times += 1,
            None => self.waiting.push_back(Toast {
                flash,
                times: 1,
                phase: Phase::Shown,
            }),
        }
    }

    fn record(&mut self, flash: Flash, at_ms: f64) {
        let history = Rc::make_mut(&mut self.history);
        let (times, unread) = history
            .pop_if(|last| is_same(&last.flash, &flash))
            .map_or((0, 0), |last| (last.times, last.unread));
        history.push(Notice {
            flash,
            times: times + 1,
            unread: unread + 1,
            at_ms,
        });
        if history.len() > MAX_HISTORY {
            history.remove(0);
        }
    }

    fn fill_screen(&mut self) {
        while self.on_screen.len() < MAX_ON_SCREEN {
            match self.waiting.pop_front() {
                Some(toast) => self.on_screen.push(toast),
                None => return,
            }
        }
    }
}

/// Whether two messages say the same.
fn is_same(one: &Flash, other: &Flash) -> bool {
    one.category == other.category && one.message == other.message
}

impl Reducible for ToastQueue {
    type Action = ToastAction;

    fn reduce(self: Rc<Self>, action: ToastAction) -> Rc<Self> {
        let mut queue = (*self).clone();
        match action {
            ToastAction::Receive { flashes, at_ms } => {
                for flash in flashes {
                    queue.receive(flash, at_ms);
                }
            }
            ToastAction::Recall(mut earlier) => {
                let ids = earlier.iter().map(|notice| notice.flash.id.clone());
                queue.seen.extend(ids);
                earlier.extend(queue.history.iter().cloned());
                queue.history = Rc::new(earlier);
            }
            ToastAction::Read => {
                if queue.history.iter().any(|notice| notice.unread > 0) {
                    for notice in Rc::make_mut(&mut queue.history) {
                        notice.unread = 0;
                    }
                }
            }
            ToastAction::Leave(id) => {
                for toast in &mut queue.on_screen {
                    if toast.flash.id == id {
                        toast.phase = Phase::Leaving;
                    }
                }
            }
            ToastAction::Remove(id) => queue.on_screen.retain(|toast| toast.flash.id != id),
        }
        queue.fill_screen();
        if queue == *self { self } else { Rc::new(queue) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::flash::Category;

    fn flash(id: &str, message: &str) -> Flash {
        Flash {
            id: id.to_owned(),
            category: Category::Info,
            message: message.to_owned(),
        }
    }

    fn queue(actions: impl IntoIterator<Item = ToastAction>) -> Rc<ToastQueue> {
        actions
            .into_iter()
            .fold(Rc::default(), |queue: Rc<ToastQueue>, action| {
                queue.reduce(action)
            })
    }

    fn receive(ids: &[&str]) -> ToastAction {
        received(ids.iter().map(|id| flash(id, id)).collect())
    }

    fn received(flashes: Vec<Flash>) -> ToastAction {
        ToastAction::Receive {
            flashes,
            at_ms: 1_000.0,
        }
    }

    fn ids(queue: &ToastQueue) -> Vec<&str> {
        queue
            .on_screen()
            .iter()
            .map(|toast| toast.flash.id.as_str())
            .collect()
    }

    #[test]
    fn messages_are_shown_in_the_order_they_came() {
        let queue = queue([receive(&["a", "b"]), receive(&["c"])]);
        assert_eq!(ids(&queue), ["a", "b", "c"]);
        assert!(
            queue
                .on_screen()
                .iter()
                .all(|toast| toast.phase == Phase::Shown)
        );
    }

    #[test]
    fn an_id_is_shown_once_even_after_it_has_gone() {
        let shown = queue([receive(&["a", "a"]), receive(&["a"])]);
        assert_eq!(ids(&shown), ["a"]);
        assert_eq!(shown.on_screen()[0].times, 1);
        let gone = queue([
            receive(&["a"]),
            ToastAction::Remove("a".into()),
            receive(&["a"]),
        ]);
        assert!(gone.on_screen().is_empty());
    }

    #[test]
    fn a_message_fades_before_it_goes() {
        let leaving = queue([receive(&["a", "b"]), ToastAction::Leave("a".into())]);
        assert_eq!(leaving.on_screen()[0].phase, Phase::Leaving);
        assert_eq!(leaving.on_screen()[1].phase, Phase::Shown);
        let gone = leaving.reduce(ToastAction::Remove("a".into()));
        assert_eq!(ids(&gone), ["b"]);
    }

    #[test]
    fn more_than_four_wait_for_their_turn() {
        let full = queue([receive(&["a", "b", "c", "d", "e", "f"])]);
        assert_eq!(ids(&full), ["a", "b", "c", "d"]);
        let next = full.reduce(ToastAction::Remove("b".into()));
        assert_eq!(ids(&next), ["a", "c", "d", "e"]);
    }

    #[test]
    fn equal_messages_are_counted_instead_of_stacked() {
        let repeated = queue([
            received(vec![flash("1", "Saved."), flash("2", "Saved.")]),
            received(vec![flash("3", "Saved."), flash("4", "Other.")]),
        ]);
        assert_eq!(ids(&repeated), ["1", "4"]);
        assert_eq!(repeated.on_screen()[0].times, 3);
        let after_leaving = repeated
            .reduce(ToastAction::Leave("1".into()))
            .reduce(received(vec![flash("5", "Saved.")]));
        assert_eq!(ids(&after_leaving), ["1", "4", "5"], "a fading one is past");
    }

    #[test]
    fn what_changes_nothing_renders_nothing() {
        let before = queue([receive(&["a"])]);
        let after = Rc::clone(&before).reduce(receive(&["a"]));
        assert!(Rc::ptr_eq(&before, &after));
        let after = Rc::clone(&before).reduce(ToastAction::Leave("unknown".into()));
        assert!(Rc::ptr_eq(&before, &after));
    }

    #[test]
    fn every_message_can_be_read_again() {
        let queue = queue([
            receive(&["a"]),
            ToastAction::Remove("a".into()),
            received(vec![flash("1", "Saved."), flash("2", "Saved.")]),
            ToastAction::Receive {
                flashes: vec![flash("3", "Saved.")],
                at_ms: 2_000.0,
            },
            receive(&["b"]),
            received(vec![flash("4", "Saved.")]),
        ]);
        let read: Vec<_> = queue
            .history()
            .iter()
            .map(|notice| (notice.flash.message.as_str(), notice.times, notice.at_ms))
            .collect();
        assert_eq!(
            read,
            [
                ("a", 1, 1_000.0),
                ("Saved.", 3, 2_000.0),
                ("b", 1, 1_000.0),
                ("Saved.", 1, 1_000.0),
            ]
        );
    }

    #[test]
    fn what_came_since_the_history_was_read_is_unread() {
        let unread = |queue: &ToastQueue| -> Vec<u32> {
            queue.history().iter().map(|notice| notice.unread).collect()
        };
        let twice = vec![flash("1", "Saved."), flash("2", "Saved.")];
        let before = queue([receive(&["a"]), received(twice)]);
        assert_eq!(unread(&before), [1, 2]);
        let read = before.reduce(ToastAction::Read);
        assert_eq!(unread(&read), [0, 0]);
        assert!(Rc::ptr_eq(
            &read,
            &Rc::clone(&read).reduce(ToastAction::Read)
        ));
        let again = read.reduce(received(vec![flash("3", "Saved.")]));
        assert_eq!(unread(&again), [0, 1]);
        assert_eq!(again.history()[1].times, 3);
        let reloaded = queue([ToastAction::Recall(again.history().to_vec())]);
        assert_eq!(unread(&reloaded), [0, 1]);
    }

    #[test]
    fn the_history_ends_somewhere() {
        let ids: Vec<_> = (0..MAX_HISTORY + 5).map(|id| id.to_string()).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let queue = queue([receive(&ids)]);
        assert_eq!(queue.history().len(), MAX_HISTORY);
        assert_eq!(queue.history()[0].flash.id, "5");
    }

    #[test]
    fn a_reload_remembers_what_was_shown() {
        let before = queue([receive(&["a", "b"])]);
        let after = queue([ToastAction::Recall(before.history().to_vec())]);
        assert!(after.on_screen().is_empty());
        let after = after.reduce(receive(&["b", "c"]));
        assert_eq!(ids(&after), ["c"]);
        assert_eq!(after.history().len(), 3);
    }
}
