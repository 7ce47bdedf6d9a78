//! The scroll position of each entry of the tab's history, so that Back and Forward restore it.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use web_sys::{ScrollBehavior, ScrollRestoration, Window};
use yew::prelude::*;

use crate::contexts::navigation::{Address, use_navigation};
use crate::storage::Area;
use crate::viewport;

/// The key in the tab's storage, which keeps the positions through a reload.
const STORAGE_KEY: &str = "scroll-positions";

/// The scroll positions of the history's entries. Clones share them.
#[derive(Clone, Default)]
pub struct ScrollPositions(Rc<RefCell<Record>>);

impl PartialEq for ScrollPositions {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Default)]
struct Record {
    /// History entry and scroll position in CSS pixels.
    positions: Vec<(String, i32)>,
    /// The entry whose page is on the screen. None while the next page is loading.
    current: Option<String>,
    /// Whether a page of the visit has been shown.
    has_started: bool,
    /// Whether the app has set the focus on this page. Then it sets the focus again when it is lost.
    has_set_focus: bool,
}

impl Record {
    fn position(&self, entry: &str) -> Option<i32> {
        let (_, y) = self.positions.iter().find(|(known, _)| known == entry)?;
        Some(*y)
    }

    fn scrolled_to(&mut self, y: i32) {
        let Some(current) = self.current.clone() else {
            return;
        };
        match self
            .positions
            .iter_mut()
            .find(|(known, _)| *known == current)
        {
            Some((_, position)) => *position = y,
            None => self.positions.push((current, y)),
        }
    }

    /// Adds the positions from before a reload.
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

impl ScrollPositions {
    /// Call this when the page of `address` is on the screen. Scrolls to the kept position, else to the
    /// element of the hash, else to the top. Focuses the element of the hash or the heading, so that
    /// screen readers announce the page (WCAG 2.4.3). On the first page of a visit, the scroll position
    /// and the focus change only for a kept position or a hash.
    ///
    /// An incomplete page may be too short for a kept position, or lack the element of the hash. Then
    /// only the call for the complete page scrolls.
    pub fn arrive(&self, address: &Address, is_complete: bool) {
        let entry = entry_of(address);
        let (known, is_first) = {
            let mut record = self.0.borrow_mut();
            if record.current.as_ref() == Some(&entry) {
                if std::mem::replace(&mut record.has_set_focus, true) {
                    viewport::focus_heading_if_lost();
                }
                return;
            }
            if !record.has_started {
                record.recall();
            }
            let known = record.position(&entry);
            if !is_complete && (known.is_some() || !address.hash.is_empty()) {
                return;
            }
            let is_first = !std::mem::replace(&mut record.has_started, true);
            record.current = Some(entry);
            record.has_set_focus = !is_first;
            (known, is_first)
        };
        let target = viewport::element_by_hash(&address.hash);
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

    /// Records the current position. The browser sends scroll events with the next frame, which is too
    /// late if the reader follows a link right after scrolling.
    pub fn keep_current(&self) {
        if let Some(y) = web_sys::window().and_then(|window| window.scroll_y().ok()) {
            // No page is longer than an i32 of pixels.
            self.0.borrow_mut().scrolled_to(y as i32);
        }
    }

    /// The reader has left for `entry`. Scroll events no longer count for the previous page.
    fn depart(&self, entry: &str) {
        let mut record = self.0.borrow_mut();
        if record.current.as_deref() != Some(entry) {
            record.current = None;
        }
    }
}

/// Makes the app's context: records positions on scrolling, and stores them when the reader leaves the
/// document. Call it once, in the component that provides the context.
#[hook]
pub fn use_scroll_positions() -> ScrollPositions {
    let positions = (*use_memo((), |()| ScrollPositions::default())).clone();
    let entry = entry_of(&use_navigation().address);
    {
        let positions = positions.clone();
        use_effect_with((), move |()| {
            let listeners = web_sys::window().map(|window| watch(&window, &positions));
            move || drop(listeners)
        });
    }
    {
        let positions = positions.clone();
        use_effect_with(entry, move |entry| positions.depart(entry));
    }
    positions
}

fn watch(window: &Window, positions: &ScrollPositions) -> [EventListener; 3] {
    if let Ok(history) = window.history() {
        // The browser would restore the position before the content is loaded.
        let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    }
    let scrolled = {
        let positions = positions.clone();
        EventListener::new(window, "scroll", move |_| positions.keep_current())
    };
    let traversed = {
        let positions = positions.clone();
        // In the capture phase, so that it runs before the listener of `navigation`.
        let options = EventListenerOptions::run_in_capture_phase();
        EventListener::new_with_options(window, "popstate", options, move |_| {
            positions.keep_current()
        })
    };
    let leaving = {
        let positions = positions.clone();
        EventListener::new(window, "pagehide", move |_| {
            Area::Tab.write(STORAGE_KEY, Some(&positions.0.borrow().to_text()));
        })
    };
    [scrolled, traversed, leaving]
}

/// A name for a history entry: its number, or its address if it has no number.
fn entry_of(address: &Address) -> String {
    match address.entry {
        Some(number) => number.to_string(),
        None => format!("{}{}{}", address.path, address.query, address.hash),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(entry: &str) -> Record {
        Record {
            current: Some(entry.to_owned()),
            ..Record::default()
        }
    }

    #[test]
    fn an_entry_keeps_its_last_position() {
        let mut record = at("1");
        record.scrolled_to(10);
        record.scrolled_to(250);
        record.current = Some("2".to_owned());
        record.scrolled_to(30);
        assert_eq!(record.position("1"), Some(250));
        assert_eq!(record.position("2"), Some(30));
        assert_eq!(record.position("3"), None);
    }

    #[test]
    fn scrolling_between_two_pages_changes_no_position() {
        let mut record = at("1");
        record.scrolled_to(10);
        record.current = None;
        record.scrolled_to(0);
        assert_eq!(record.position("1"), Some(10));
    }

    #[test]
    fn positions_outlive_a_reload() {
        let mut record = at("/blogs?category=a b");
        record.scrolled_to(120);
        record.current = Some("77".to_owned());
        record.scrolled_to(5);
        assert_eq!(
            Record::positions_from_text(&record.to_text()),
            record.positions
        );
        assert_eq!(Record::positions_from_text("x\n\n9\nabc d"), []);
    }
}
