//! Whether the page is scrolled down.

use gloo_events::EventListener;
use yew::prelude::*;

/// Whether the page is scrolled down by more than `distance` CSS pixels.
#[hook]
pub fn use_scrolled_past(distance: f64) -> bool {
    let is_past = use_state_eq(|| false);
    {
        let is_past = is_past.setter();
        use_effect_with((), move |()| {
            let listener = web_sys::window().map(|window| {
                let measured = window.clone();
                let measure = move || is_past.set(measured.scroll_y().is_ok_and(|y| y > distance));
                // The reader may have scrolled before the app started.
                measure();
                EventListener::new(&window, "scroll", move |_| measure())
            });
            move || drop(listener)
        });
    }
    *is_past
}
