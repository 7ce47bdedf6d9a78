//! The reader's session.

use js_sys::Date;
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api;
use crate::contexts::client::use_client;
use crate::hooks::loaded::Loaded;
use crate::hooks::use_load::use_load;
use crate::viewport;

/// The number of characters shown of the session's id: enough to tell two sessions apart, too few to
/// reveal the id.
const SHOWN_ID_CHARS: usize = 8;

const BUTTON_ID: &str = "end-session";

#[derive(Clone, Copy, PartialEq)]
enum Ending {
    NotAsked,
    Asked,
    Done,
    Failed,
}

/// The session's id, start and expiry, and a button that ends it. Folded away until the reader opens
/// it.
#[component]
pub fn SessionPanel() -> Html {
    let client = use_client();
    let session = use_load(api::session::show());
    let ending = use_state_eq(|| Ending::NotAsked);
    let summary = use_node_ref();
    let onclick = {
        let (ending, summary) = (ending.clone(), summary.clone());
        Callback::from(move |_: MouseEvent| {
            if *ending == Ending::Asked {
                return;
            }
            ending.set(Ending::Asked);
            let (client, ending, summary) = (client.clone(), ending.setter(), summary.clone());
            spawn_local(async move {
                let is_done = api::session::end(&client).await.is_ok();
                if is_done && let Some(summary) = summary.cast::<HtmlElement>() {
                    leave_button(&summary);
                }
                ending.set(if is_done {
                    Ending::Done
                } else {
                    Ending::Failed
                });
            });
        })
    };
    let facts = match (&session.loaded, *ending) {
        (_, Ending::Done) => html! {
            <p>{ "It has ended, and its cookie is gone. A new one begins when you go on reading." }</p>
        },
        (Loaded::Ready { data, .. }, _) => html! {
            <>
                <dl class="session-facts">
                    <dt>{ "Id" }</dt>
                    <dd><code>{ short_id(&data.session_id) }</code></dd>
                    <dt>{ "Started" }</dt>
                    <dd>{ local_time(&data.issued_at) }</dd>
                    <dt>{ "Expires if unused" }</dt>
                    <dd>{ local_time(&data.expires_at) }</dd>
                </dl>
                <button type="button" class="btn btn-outline-primary" id={BUTTON_ID} {onclick}>
                    { if *ending == Ending::Asked { "Ending…" } else { "End session" } }
                </button>
                if *ending == Ending::Failed {
                    <p>{ "It could not be ended just now. Please try again in a moment." }</p>
                }
            </>
        },
        (Loaded::Pending, _) => html! { <p>{ "Asking the server…" }</p> },
        (Loaded::Failed { failure, .. }, _) => html! { <p>{ failure.advice() }</p> },
    };
    html! {
        <details class="session-panel">
            <summary ref={summary}>{ "Show my session" }</summary>
            <div role="status">{ facts }</div>
        </details>
    }
}

/// Moves the focus from the button, which is about to disappear, to the summary.
fn leave_button(summary: &HtmlElement) {
    if viewport::focused().is_some_and(|focused| focused.id() == BUTTON_ID) {
        viewport::focus(summary);
    }
}

fn short_id(id: &str) -> String {
    format!("{}…", id.chars().take(SHOWN_ID_CHARS).collect::<String>())
}

/// An RFC 3339 time with date, hour and minute: in the reader's time zone, and in English like the rest
/// of the interface.
fn local_time(time: &str) -> String {
    let date = Date::new(&JsValue::from_str(time));
    // `parse` fails only for invalid JSON.
    let options = js_sys::JSON::parse(r#"{"dateStyle":"long","timeStyle":"short"}"#);
    date.to_locale_string("en-GB", &options.unwrap_or_default())
        .into()
}
