//! The toasts and the history of flashes: a reducer without clock or I/O.
//!
//! A flash arrives, is shown, leaves (it loses the class `show` and fades) and is removed. The
//! component [`super::toast`] measures the time between these steps.

use std::collections::VecDeque;
use std::rc::Rc;

use shared::flash::Flash;
use wasm_bindgen::JsValue;
use yew::Reducible;

use crate::json::{ToJson, object, read_members};

/// How long a toast is shown, in milliseconds.
pub const SHOWN_MS: u32 = 5_000;
/// How long a toast fades before it is removed, in milliseconds.
pub const FADING_MS: u32 = 300;
/// The most toasts on the screen at once. Further flashes wait.
pub const MAX_ON_SCREEN: usize = 4;
/// The most flashes in the history. Older ones are dropped.
pub const MAX_HISTORY: usize = 50;

/// The step a toast is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Shown until its time is up.
    Shown,
    /// Fading.
    Leaving,
}

/// A flash on the screen, or one that waits for room on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// The flash. Of equal flashes, the first.
    pub flash: Flash,
    /// How many equal flashes arrived while this toast existed, itself included.
    pub times: u32,
    /// Shown or leaving.
    pub phase: Phase,
}

/// A flash in the history.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryEntry {
    /// The flash. Of equal flashes in a row, the last.
    pub flash: Flash,
    /// How many equal flashes arrived in a row.
    pub times: u32,
    /// How many of them arrived since the reader last opened the history.
    pub unread: u32,
    /// When the last of them arrived, in milliseconds since 1970.
    pub at_ms: f64,
}

read_members! {
    HistoryEntry { flash, times, unread, at_ms }
}

impl ToJson for HistoryEntry {
    fn to_json(&self) -> JsValue {
        object(&[
            ("flash", self.flash.to_json()),
            ("times", self.times.into()),
            ("unread", self.unread.into()),
            ("at_ms", self.at_ms.into()),
        ])
    }
}

/// The toasts on the screen, the flashes that wait, and the history of the visit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToastQueue {
    on_screen: Vec<Toast>,
    waiting: VecDeque<Toast>,
    seen_ids: Vec<String>,
    /// Oldest first.
    history: Rc<Vec<HistoryEntry>>,
}

/// What can happen to the queue.
#[derive(Debug, Clone, PartialEq)]
pub enum ToastAction {
    /// An envelope brought flashes.
    Receive {
        /// Oldest first.
        flashes: Vec<Flash>,
        /// Now, in milliseconds since 1970.
        at_ms: f64,
    },
    /// The tab was reloaded: its history from before, oldest first.
    Recall(Vec<HistoryEntry>),
    /// The reader has seen the history.
    MarkRead,
    /// The toast with this flash id was closed, or its time is up.
    Leave(String),
    /// The toast with this flash id has faded.
    Remove(String),
}

impl ToastQueue {
    /// A queue that has received these flashes, oldest first.
    pub fn with_flashes(flashes: Vec<Flash>, at_ms: f64) -> Self {
        let mut queue = Self::default();
        for flash in flashes {
            queue.receive(flash, at_ms);
        }
        queue.fill_screen();
        queue
    }

    /// The flashes of the visit, oldest first.
    pub fn history(&self) -> &Rc<Vec<HistoryEntry>> {
        &self.history
    }

    /// The toasts to show, oldest first.
    pub fn on_screen(&self) -> &[Toast] {
        &self.on_screen
    }

    fn receive(&mut self, flash: Flash, at_ms: f64) {
        if self.seen_ids.contains(&flash.id) {
            return;
        }
        self.seen_ids.push(flash.id.clone());
        self.record(flash.clone(), at_ms);
        let repeated = self
            .on_screen
            .iter_mut()
            .chain(&mut self.waiting)
            .find(|toast| toast.phase == Phase::Shown && say_the_same(&toast.flash, &flash));
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
            .pop_if(|last| say_the_same(&last.flash, &flash))
            .map_or((0, 0), |last| (last.times, last.unread));
        history.push(HistoryEntry {
            flash,
            times: times + 1,
            unread: unread + 1,
            at_ms,
        });
        if history.len() > MAX_HISTORY {
            history.remove(0);
        }
    }

    /// Adds the history from before a reload. A page that the browser kept contains flashes that the
    /// reader has already seen: they leave the screen.
    fn recall(&mut self, mut earlier: Vec<HistoryEntry>) {
        let is_known = |entry: &HistoryEntry| {
            let mut earlier = earlier.iter();
            earlier.any(|known| known.flash.id == entry.flash.id)
        };
        let (known, new): (Vec<_>, Vec<_>) = self.history.iter().cloned().partition(is_known);
        let is_new = |toast: &Toast| {
            let mut known = known.iter();
            !known.any(|entry| say_the_same(&entry.flash, &toast.flash))
        };
        self.on_screen.retain(is_new);
        self.waiting.retain(is_new);
        let ids = earlier.iter().map(|entry| entry.flash.id.clone());
        self.seen_ids.extend(ids);
        for entry in new {
            match earlier.last_mut() {
                Some(last) if say_the_same(&last.flash, &entry.flash) => {
                    *last = HistoryEntry {
                        times: last.times + entry.times,
                        unread: last.unread + entry.unread,
                        ..entry
                    };
                }
                _ => earlier.push(entry),
            }
        }
        self.history = Rc::new(earlier);
    }

    fn mark_read(&mut self) {
        if self.history.iter().any(|entry| entry.unread > 0) {
            for entry in Rc::make_mut(&mut self.history) {
                entry.unread = 0;
            }
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

fn say_the_same(one: &Flash, other: &Flash) -> bool {
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
            ToastAction::Recall(earlier) => queue.recall(earlier),
            ToastAction::MarkRead => queue.mark_read(),
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
        // The same pointer tells Yew that nothing has changed.
        if queue == *self { self } else { Rc::new(queue) }
    }
}

#[cfg(test)]
mod tests;
