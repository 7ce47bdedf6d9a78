//! Flashes that the server did not deliver with the page.

use gloo_events::EventListener;
use web_sys::VisibilityState;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api::client::Client;
use crate::api::session;

/// Requests the session as soon as the page is visible, because the answer brings the waiting flashes. A
/// page that a browser loads in advance is not visible yet, and may never be.
#[hook]
pub fn use_waiting_flashes(are_waiting: bool, client: &Client) {
    let client = client.clone();
    use_effect_with(are_waiting, move |are_waiting| {
        let document = web_sys::window().and_then(|window| window.document());
        let listener = document.filter(|_| *are_waiting).and_then(|document| {
            let ask = move || {
                let client = client.clone();
                spawn_local(async move {
                    // Only the flashes of the answer are needed.
                    let _ = client.get(&session::show()).await;
                });
            };
            if document.visibility_state() == VisibilityState::Visible {
                ask();
                return None;
            }
            Some(EventListener::once(
                &document,
                "visibilitychange",
                move |_| ask(),
            ))
        });
        move || drop(listener)
    });
}
