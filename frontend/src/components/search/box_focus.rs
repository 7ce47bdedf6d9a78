//! The keys and the focus of the search box.

use std::cell::RefCell;

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::components::search::suggestions::{Suggestions, SuggestionsAction as Action};
use crate::hooks::use_shortcuts::SEARCH_BOX_ID;
use crate::viewport;

/// Below Bootstrap's breakpoint `lg` the box is visible only while it has the focus.
const FOLDED: &str = "(width < 992px)";

/// The element that had the focus before the search field got it.
pub(super) type Origin = RefCell<Option<HtmlElement>>;

/// Handles a key in the field. The form handles Enter.
pub(super) fn handle_key(
    event: &KeyboardEvent,
    state: &UseReducerHandle<Suggestions>,
    origin: &Origin,
) {
    if event.is_composing() {
        // The keys belong to the input method.
        return;
    }
    let action = match event.key().as_str() {
        "ArrowDown" => Action::Next,
        "ArrowUp" => Action::Previous,
        // These keys move the caret, as in any field.
        "Home" | "End" | "ArrowLeft" | "ArrowRight" => {
            state.dispatch(Action::Edit);
            return;
        }
        "Escape" if state.is_shown() => Action::Close,
        "Escape" if !state.text().is_empty() => Action::Fill(String::new()),
        "Escape" if leave_folded(origin) => Action::Close,
        _ => return,
    };
    event.prevent_default();
    // No other listener may use the same key press.
    event.stop_propagation();
    state.dispatch(action);
}

/// Returns the focus to its origin, which hides a folded box. False if the box is not folded or has
/// no focus.
pub(super) fn leave_folded(origin: &Origin) -> bool {
    let field = viewport::focused().filter(|focused| focused.id() == SEARCH_BOX_ID);
    let Some(field) = field.filter(|_| viewport::matches(FOLDED)) else {
        return false;
    };
    match origin.take().filter(|origin| origin.is_connected()) {
        Some(origin) => viewport::focus(&origin),
        None => {
            // `blur` fails only in a document that can have no focus.
            let _ = field.blur();
        }
    }
    true
}

/// Keeps the focus in the field while the reader presses a suggestion or the button. If the field lost
/// the focus, the suggestions would close before the click.
pub(super) fn keep_focus(event: MouseEvent) {
    let target = event.target_dyn_into::<HtmlElement>();
    if target.is_some_and(|target| target.id() != SEARCH_BOX_ID) {
        event.prevent_default();
    }
}
