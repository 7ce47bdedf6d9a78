//! Which messages are on the screen: a reducer without clock or I/O.
//!
//! A message comes in, is shown, leaves (its class `show` goes and it fades) and is removed. When
//! each step is due is the business of the component that shows it.

use std::collections::VecDeque;
use std::rc::Rc;

use shared::flash::Flash;
use yew::Reducible;

/// How long a message is shown; milliseconds.
pub const SHOWN_MS: u32 = 5_000;
/// How long a message fades until it is removed; milliseconds.
pub const FADING_MS: u32 = 300;
/// Messages on the screen at once; others wait for their turn.
pub const MAX_ON_SCREEN: usize = 4;

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

/// All messages of the visit that are not gone yet, and the ids of those that are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToastQueue {
    on_screen: Vec<Toast>,
    waiting: VecDeque<Toast>,
    seen: Vec<String>,
}

/// What can happen to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToastAction {
    /// An envelope brought messages.
    Receive(Vec<Flash>),
    /// The message with this id was closed, or its time is up.
    Leave(String),
    /// The message with this id has faded.
    Remove(String),
}

impl ToastQueue {
    /// The messages to show, oldest first.
    #[must_use]
    pub fn on_screen(&self) -> &[Toast] {
        &self.on_screen
    }

    fn receive(&mut self, flash: Flash) {
        if self.seen.contains(&flash.id) {
            return;
        }
        self.seen.push(flash.id.clone());
        let repeated = self
            .on_screen
            .iter_mut()
            .chain(&mut self.waiting)
            .find(|toast| {
                toast.phase == Phase::Shown
                    && toast.flash.category == flash.category
                    && toast.flash.message == flash.message
            });
        match repeated {
            Some(toast) => toast.times += 1,
            None => self.waiting.push_back(Toast {
                flash,
                times: 1,
                phase: Phase::Shown,
            }),
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

impl Reducible for ToastQueue {
    type Action = ToastAction;

    fn reduce(self: Rc<Self>, action: ToastAction) -> Rc<Self> {
        let mut queue = (*self).clone();
        match action {
            ToastAction::Receive(flashes) => {
                for flash in flashes {
                    queue.receive(flash);
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
        ToastAction::Receive(ids.iter().map(|id| flash(id, id)).collect())
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
            ToastAction::Receive(vec![flash("1", "Saved."), flash("2", "Saved.")]),
            ToastAction::Receive(vec![flash("3", "Saved."), flash("4", "Other.")]),
        ]);
        assert_eq!(ids(&repeated), ["1", "4"]);
        assert_eq!(repeated.on_screen()[0].times, 3);
        let after_leaving = repeated
            .reduce(ToastAction::Leave("1".into()))
            .reduce(ToastAction::Receive(vec![flash("5", "Saved.")]));
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
}
