//! What the site knows of this visit.

use js_sys::Date;
use wasm_bindgen::JsValue;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api;
use crate::contexts::api::use_client;
use crate::hooks::use_load::{Loaded, use_load};

/// Characters of the session's id that are shown: enough to tell two apart, too few to be one.
const SHOWN_ID_CHARS: usize = 8;

#[derive(Clone, Copy, PartialEq)]
enum Ending {
    NotAsked,
    Asked,
    Done,
    Failed,
}

/// On demand: the session's id, when it began and when it expires, and a button that ends it.
#[component]
pub fn SessionPanel() -> Html {
    let client = use_client();
    let session = use_load(api::session::show());
    let ending = use_state_eq(|| Ending::NotAsked);
    let onclick = {
        let ending = ending.clone();
        Callback::from(move |_: MouseEvent| {
            if *ending == Ending::Asked {
                return;
            }
            ending.set(Ending::Asked);
            let (client, ending) = (client.clone(), ending.setter());
            spawn_local(async move {
                let is_done = api::session::end(&client).await.is_ok();
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
                    <dt>{ "Number" }</dt>
                    <dd><code>{ short_id(&data.session_id) }</code></dd>
                    <dt>{ "Begun" }</dt>
                    <dd>{ local_time(&data.issued_at) }</dd>
                    <dt>{ "Expires, if you do nothing" }</dt>
                    <dd>{ local_time(&data.expires_at) }</dd>
                </dl>
                <button type="button" class="btn btn-outline-primary" id="end-session" {onclick}>
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
            <summary>{ "Show my session" }</summary>
            <div role="status">{ facts }</div>
        </details>
    }
}

fn short_id(id: &str) -> String {
    format!("{}…", id.chars().take(SHOWN_ID_CHARS).collect::<String>())
}

/// An RFC 3339 time as the reader's own clock and habits have it.
fn local_time(time: &str) -> String {
    let date = Date::new(&JsValue::from_str(time));
    date.to_locale_string("default", &JsValue::UNDEFINED).into()
}
