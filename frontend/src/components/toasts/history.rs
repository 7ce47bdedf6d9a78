//! The flashes of the visit, to read again.

use js_sys::Date;
use wasm_bindgen::JsValue;
use yew::prelude::*;

use crate::components::dialog::{Dialog, setting};
use crate::components::icon::{Shape, icon, labelled_icon};
use crate::components::toasts::look::look;
use crate::components::toasts::queue::{HistoryEntry, ToastAction};
use crate::components::toasts::toast::repetitions;
use crate::components::toasts::use_toasts;

/// A button that counts the unread flashes and opens the list of all, newest first. Readers who
/// need more time than a toast lasts read its flash here (WCAG 2.2.1).
#[component]
pub fn FlashHistory() -> Html {
    let toasts = use_toasts();
    let is_open = use_state_eq(|| false);
    // Closing marks flashes as read too: the list shows those that arrived while it was open.
    let set = |value: bool| {
        let (is_open, dispatch) = (is_open.setter(), toasts.dispatch.clone());
        move || {
            is_open.set(value);
            dispatch.emit(ToastAction::MarkRead);
        }
    };
    let (open, close) = (set(true), set(false));
    let unread: u32 = toasts.history.iter().map(|entry| entry.unread).sum();
    let label = match unread {
        0 => "Messages".to_owned(),
        unread => format!("Messages: {unread} new"),
    };
    html! {
        <>
            <button
                type="button"
                id="message-center"
                class="icon-button"
                aria-haspopup="dialog"
                title={label.clone()}
                aria-label={label}
                onclick={Callback::from(move |_: MouseEvent| open())}
            >
                { icon(Shape::Bell) }
                if unread > 0 {
                    <span class="icon-button-count" aria-hidden="true">{ unread }</span>
                }
            </button>
            if *is_open {
                <Dialog id="messages" title="Messages" on_close={Callback::from(move |()| close())}>
                    { view_entries(&toasts.history) }
                    { setting(
                        "keep-messages",
                        "Keep messages on the screen until I close them",
                        &toasts.keeps,
                    ) }
                </Dialog>
            }
        </>
    }
}

fn view_entries(history: &[HistoryEntry]) -> Html {
    if history.is_empty() {
        return html! { <p>{ "None yet. You can read the site’s messages again here." }</p> };
    }
    html! {
        // A long list scrolls, so it must be focusable (WCAG 2.1.1).
        <ul class="message-history" tabindex="0" aria-label="Messages of this visit, newest first">
            { for history.iter().rev().map(view_entry) }
        </ul>
    }
}

fn view_entry(entry: &HistoryEntry) -> Html {
    let look = look(entry.flash.category);
    html! {
        <li class={look.class}>
            { labelled_icon(look.shape, look.word) }
            <p>
                { &entry.flash.message }
                { repetitions(entry.times) }
            </p>
            <time>{ clock_time(entry.at_ms) }</time>
        </li>
    }
}

/// Hours and minutes in the reader's time zone.
fn clock_time(at_ms: f64) -> String {
    let date = Date::new(&JsValue::from_f64(at_ms));
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}
