//! Where the reader was on each page of the tab's history, so that Back and Forward return there.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use web_sys::{ScrollBehavior, ScrollRestoration, Window};
use yew::prelude::*;
use yew_router::hooks::use_location;
use yew_router::prelude::Location;

use crate::storage::Area;
use crate::viewport;

/// The key in the tab's session storage, so that places outlive a reload.
const STORAGE_KEY: &str = "places";

/// The scroll positions of the history's entries.
#[derive(Clone, Default)]
pub struct Places(Rc<RefCell<Record>>);

impl PartialEq for Places {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Default)]
struct Record {
    /// Entry and scroll position in CSS pixels.
    positions: Vec<(String, i32)>,
    /// The entry whose page is on the screen and is being scrolled; none on the way to another.
    here: Option<String>,
    /// Whether the visit has seen any page yet.
    started: bool,
    /// Whether the focus on this page is the app's to find again when it is lost.
    has_focused: bool,
}

impl Record {
    fn position(&self, entry: &str) -> Option<i32> {
        let (_, y) = self.positions.iter().find(|(known, _)| known == entry)?;
        Some(*y)
    }

    fn scrolled_to(&mut self, y: i32) {
        let Some(here) = self.here.clone() else {
            return;
        };
        match self.positions.iter_mut().find(|(known, _)| *known == here) {
            Some((_, position)) => *position = y,
            None => self.positions.push((here, y)),
        }
    }

    /// Adds what the tab kept before a reload.
    fn recall(&mut self) {
        let kept = Area::Tab.read(STORAGE_KEY).unwrap_or_default();
        for (entry, y) in Self::positions_from_text(&kept) {
            if self.position(&entry).is_none() {
                self.positions.push((entry, y));
            }
        }
    }

    /// One line an entry: the position, a space, the entry.
    fn to_text(&self) -> String {
        let lines: Vec<String> = self
            .positions
            .iter()
            .map(|(entry, y)| format!("{y} {entry}"))
            .collect();
        lines.join("\n")
    }

    fn positions_from_text(text: &str) -> Vec<(String, i32)> {
        text.lines()
            .filter_map(|line| {
                let (y, entry) = line.split_once(' ')?;
                Some((entry.to_owned(), y.parse().ok()?))
            })
            .collect()
    }
}

impl Places {
    /// The page of `location` is there to be seen: goes to where the reader was on it, else to
    /// what the address points at, else to the top; and moves the focus to its heading, so that
    /// screen readers tell where they are (WCAG 2.4.3). The first page of a visit keeps the
    /// browser's own focus. While a page isn't complete, a place on it can't be found again yet:
    /// a later call returns there.
    pub fn arrive(&self, location: &Location, is_complete: bool) {
        let entry = entry_of(location);
        let (known, is_first) = {
            let mut record = self.0.borrow_mut();
            if record.here.as_ref() == Some(&entry) {
                if std::mem::replace(&mut record.has_focused, true) {
                    viewport::focus_heading_if_lost();
                }
                return;
            }
            if !record.started {
                record.recall();
            }
            let known = record.position(&entry);
            if !is_complete && (known.is_some() || !location.hash().is_empty()) {
                return;
            }
            let is_first = !std::mem::replace(&mut record.started, true);
            record.here = Some(entry);
            record.has_focused = !is_first;
            (known, is_first)
        };
        let target = viewport::element_by_hash(location.hash());
        match (known, &target) {
            (Some(y), _) => viewport::scroll_to(y, ScrollBehavior::Instant),
            (None, Some(target)) => target.scroll_into_view(),
            (None, None) if is_first => {}
            (None, None) => viewport::scroll_to(0, ScrollBehavior::Instant),
        }
        match target {
            Some(target) => viewport::focus(&target),
            None if is_first => {}
            None => viewport::focus_heading(),
        }
    }

    /// Keeps where the reader is now. Scroll events come with the next frame, so the last of them is
    /// still to come when a link is followed right after scrolling.
    pub fn note(&self) {
        if let Some(y) = web_sys::window().and_then(|window| window.scroll_y().ok()) {
            // Pages are far shorter than an i32 reaches.
            self.0.borrow_mut().scrolled_to(y as i32);
        }
    }

    /// The reader is on the way to another page: scrolling is no longer about this one.
    fn depart(&self, entry: &str) {
        let mut record = self.0.borrow_mut();
        if record.here.as_deref() != Some(entry) {
            record.here = None;
        }
    }
}

/// The app's places: watches scrolling and keeps the places for a reload. For one component inside
/// the router, which gives them to the others as a context.
#[hook]
pub fn use_places() -> Places {
    let places = (*use_memo((), |()| Places::default())).clone();
    let location = use_location();
    {
        let places = places.clone();
        use_effect_with((), move |()| {
            let listeners = web_sys::window().map(|window| watch(&window, &places));
            move || drop(listeners)
        });
    }
    {
        let places = places.clone();
        use_effect_with(location.as_ref().map(entry_of), move |entry| {
            if let Some(entry) = entry {
                places.depart(entry);
            }
        });
    }
    places
}

fn watch(window: &Window, places: &Places) -> [EventListener; 3] {
    if let Ok(history) = window.history() {
        // The browser would scroll before the page's content is there.
        let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    }
    let scrolled = {
        let places = places.clone();
        EventListener::new(window, "scroll", move |_| places.note())
    };
    let traversed = {
        let places = places.clone();
        // Before the router hears of it.
        let options = EventListenerOptions::run_in_capture_phase();
        EventListener::new_with_options(window, "popstate", options, move |_| places.note())
    };
    let leaving = {
        let places = places.clone();
        EventListener::new(window, "pagehide", move |_| {
            Area::Tab.write(STORAGE_KEY, Some(&places.0.borrow().to_text()));
        })
    };
    [scrolled, traversed, leaving]
}

/// Names an entry of the history. Those that the app made have an id; the one a visit began with
/// has only its address, and so have those of readers who edit the part after the `#`.
fn entry_of(location: &Location) -> String {
    match location.id() {
        Some(id) => id.to_string(),
        None => format!(
            "{}{}{}",
            location.path(),
            location.query_str(),
            location.hash()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(entry: &str) -> Record {
        Record {
            here: Some(entry.to_owned()),
            ..Record::default()
        }
    }

    #[test]
    fn an_entry_keeps_its_last_position() {
        let mut record = at("1");
        record.scrolled_to(10);
        record.scrolled_to(250);
        record.here = Some("2".to_owned());
        record.scrolled_to(30);
        assert_eq!(record.position("1"), Some(250));
        assert_eq!(record.position("2"), Some(30));
        assert_eq!(record.position("3"), None);
    }

    #[test]
    fn scrolling_between_two_pages_belongs_to_neither() {
        let mut record = at("1");
        record.scrolled_to(10);
        record.here = None;
        record.scrolled_to(0);
        assert_eq!(record.position("1"), Some(10));
    }

    #[test]
    fn positions_outlive_a_reload() {
        let mut record = at("/blogs?category=a b");
        record.scrolled_to(120);
        record.here = Some("77".to_owned());
        record.scrolled_to(5);
        assert_eq!(
            Record::positions_from_text(&record.to_text()),
            record.positions
        );
        assert_eq!(Record::positions_from_text("x\n\n9\nabc d"), []);
    }
}
