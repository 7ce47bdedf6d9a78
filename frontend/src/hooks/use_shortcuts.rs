//! Shortcuts with single keys. Readers can turn them off (WCAG 2.1.4).

use gloo_events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::viewport;

/// The keys and their actions, as the help lists them.
pub const SHORTCUTS: [(&str, &str); 7] = [
    ("/", "Search"),
    ("j", "Next post in the list"),
    ("k", "Previous post"),
    ("1 – 9", "Open a page of the menu"),
    ("t", "Change the theme"),
    ("?", "Show this list"),
    ("Esc", "Close the newest message"),
];

/// The id of the search field, which `/` focuses.
pub const SEARCH_BOX_ID: &str = "search-box";
/// The links between which `j` and `k` move.
const CARDS: &str = ".blog-card .stretched-link, .search-result h2 a";

/// The pages of the menu, which digits open.
const MENU: &str = ".nav-link";

/// Listens for the shortcuts while `is_on`. `?` calls `on_help`.
#[hook]
pub fn use_shortcuts(is_on: bool, on_help: Callback<()>) {
    use_effect_with(is_on, move |is_on| {
        let document = web_sys::window().and_then(|window| window.document());
        let listener = document.filter(|_| *is_on).map(|document| {
            let watched = document.clone();
            // So that `/` is not typed into the field too, and does not open the browser's search.
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&document, "keydown", options, move |event| {
                if let Some(event) = event.dyn_ref::<KeyboardEvent>()
                    && !is_taken(event, &watched)
                    && press(&event.key(), &watched, &on_help)
                {
                    event.prevent_default();
                }
            })
        });
        move || drop(listener)
    });
}

/// Whether a field, a dialog or the browser uses the key.
fn is_taken(event: &KeyboardEvent, document: &Document) -> bool {
    let is_typed = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("input, textarea, select").ok()?)
        .is_some();
    is_typed
        || event.default_prevented()
        || event.ctrl_key()
        || event.meta_key()
        || event.alt_key()
        || viewport::has_dialog(document)
}

/// Does the action of `key`. False if it has none.
fn press(key: &str, document: &Document, on_help: &Callback<()>) -> bool {
    match key {
        "/" => match document.get_element_by_id(SEARCH_BOX_ID) {
            Some(search) => {
                let search: &HtmlInputElement = search.unchecked_ref();
                viewport::reveal(search);
                // So that typing replaces the text of the last search.
                search.select();
            }
            None => return false,
        },
        "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" => {
            return open(document, usize::from(key.as_bytes()[0] - b'1'));
        }
        "j" => return step(document, 1),
        "k" => return step(document, -1),
        "t" => match document.get_element_by_id("theme-toggle") {
            Some(toggle) => toggle.unchecked_ref::<HtmlElement>().click(),
            None => return false,
        },
        "?" => on_help.emit(()),
        _ => return false,
    }
    true
}

/// Opens the page at this place in the menu, counted from 0. False if there is none.
fn open(document: &Document, at: usize) -> bool {
    let page = document.document_element();
    let links = page.map(|page| viewport::elements(&page, MENU));
    match links.as_ref().and_then(|links| links.get(at)) {
        Some(link) => {
            link.unchecked_ref::<HtmlElement>().click();
            true
        }
        None => false,
    }
}

/// Moves the focus by one card, back if `by` is negative; to the first card if no card has the focus.
fn step(document: &Document, by: i32) -> bool {
    let Some(page) = document.document_element() else {
        return false;
    };
    let cards = viewport::elements(&page, CARDS);
    let active = document.active_element();
    let current = cards.iter().position(|card| active.as_ref() == Some(card));
    let Some(card) = cards.get(target(current, by, cards.len())) else {
        return false;
    };
    viewport::reveal(card.unchecked_ref());
    true
}

fn target(current: Option<usize>, by: i32, cards: usize) -> usize {
    match current {
        None => 0,
        Some(index) if by < 0 => index.saturating_sub(1),
        Some(index) => (index + 1).min(cards.saturating_sub(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stop_at_the_first_and_the_last_card() {
        assert_eq!(target(None, 1, 3), 0);
        assert_eq!(target(None, -1, 3), 0);
        assert_eq!(target(Some(0), 1, 3), 1);
        assert_eq!(target(Some(2), 1, 3), 2);
        assert_eq!(target(Some(2), -1, 3), 1);
        assert_eq!(target(Some(0), -1, 3), 0);
        assert_eq!(target(None, 1, 0), 0);
    }
}
