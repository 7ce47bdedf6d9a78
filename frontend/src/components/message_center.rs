//! The messages of the visit, to be read again.

use std::rc::Rc;

use js_sys::Date;
use wasm_bindgen::JsValue;
use yew::prelude::*;

use crate::components::dialog::{Dialog, setting};
use crate::components::icon::{Shape, icon, labelled_icon};
use crate::components::toast::look;
use crate::contexts::toast_queue::{Notice, ToastAction};
use crate::hooks::use_stored_flag::Flag;

/// Which messages, and how they are shown.
#[derive(Properties, PartialEq)]
pub struct MessageCenterProps {
    /// All messages of the visit, oldest first.
    pub history: Rc<Vec<Notice>>,
    /// Told when the reader has looked at them.
    pub on_action: Callback<ToastAction>,
    /// Whether messages stay on the screen until they are closed.
    pub keeps_messages: Flag,
}

/// A button that opens the list of the visit's messages, newest first, and counts those that are
/// new since it was last open: whoever needed more time
/// than a message was shown for reads it here (WCAG 2.2.1).
#[component]
pub fn MessageCenter(props: &MessageCenterProps) -> Html {
    let is_open = use_state_eq(|| false);
    // Closing counts as well: what came meanwhile is in the list.
    let set = |value: bool| {
        let (is_open, on_action) = (is_open.setter(), props.on_action.clone());
        move || {
            is_open.set(value);
            on_action.emit(ToastAction::Read);
        }
    };
    let (open, close) = (set(true), set(false));
    let unread: u32 = props.history.iter().map(|notice| notice.unread).sum();
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
                    { history(&props.history) }
                    { setting(
                        "keep-messages",
                        "Keep messages on the screen until I close them",
                        props.keeps_messages.is_on,
                        &props.keeps_messages.set,
                    ) }
                </Dialog>
            }
        </>
    }
}

fn history(history: &[Notice]) -> Html {
    if history.is_empty() {
        return html! { <p>{ "None yet. What the site tells you can be read again here." }</p> };
    }
    html! {
        // Scrolls by itself where there are many, so the keyboard must reach it.
        <ul class="message-history" tabindex="0" aria-label="Messages of this visit, newest first">
            { for history.iter().rev().map(|notice| {
                let look = look(notice.flash.category);
                html! {
                    <li class={look.class}>
                        { labelled_icon(look.shape, look.word) }
                        <p>
                            { &notice.flash.message }
                            if notice.times > 1 {
                                <span class="toast-times">{ format!("×{}", notice.times) }</span>
                            }
                        </p>
                        <time>{ clock(notice.at_ms) }</time>
                    </li>
                }
            }) }
        </ul>
    }
}

/// Hours and minutes on the reader's own clock.
fn clock(at_ms: f64) -> String {
    let date = Date::new(&JsValue::from_f64(at_ms));
    format!("{:02}:{:02}", date.get_hours(), date.get_minutes())
}
