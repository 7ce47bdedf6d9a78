//! The messages on the screen.

use gloo_events::{EventListener, EventListenerOptions};
use shared::flash::Category;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, VisibilityState};
use yew::prelude::*;

use crate::components::toast::Toast;
use crate::contexts::toast_queue::{Phase, Toast as QueuedToast, ToastAction};
use crate::viewport;

/// Which messages.
#[derive(Properties, PartialEq)]
pub struct ToastStackProps {
    /// The messages, oldest first.
    pub toasts: Vec<QueuedToast>,
    /// Whether they stay until somebody closes them.
    pub are_kept: bool,
    /// Told when a message leaves and when it has gone.
    pub on_action: Callback<ToastAction>,
}

/// The messages at the top right. Their time stands still while somebody points at them, has the
/// focus in them, looks at another tab or has a dialog before them (WCAG 2.2.1); Escape closes the
/// newest. They come into live regions that are there from the start, so that screen readers hear of
/// each (WCAG 4.1.3): what went wrong at once, the rest when there is a pause. The regions share
/// their rows, so that the messages stand below each other as they came.
#[component]
pub fn ToastStack(props: &ToastStackProps) -> Html {
    let ToastStackProps {
        toasts,
        are_kept,
        on_action,
    } = props;
    let is_hovered = use_state_eq(|| false);
    let is_focused = use_state_eq(|| false);
    let is_covered = use_cover();
    // Where the focus was before it came here.
    let origin = use_mut_ref(|| None::<HtmlElement>);
    {
        // What leaves under the pointer or with the focus doesn't always say so.
        let (hovered, focused) = (is_hovered.setter(), is_focused.setter());
        use_effect_with(toasts.is_empty(), move |is_empty| {
            if *is_empty {
                hovered.set(false);
                focused.set(false);
            }
        });
    }
    let on_close = {
        let (origin, on_action) = (origin.clone(), on_action.clone());
        use_callback(*is_focused, move |id: String, is_focused| {
            if *is_focused {
                // The button with the focus is about to go.
                match origin.take().filter(|origin| origin.is_connected()) {
                    Some(origin) => viewport::focus(&origin),
                    None => viewport::focus_heading(),
                }
            }
            on_action.emit(ToastAction::Leave(id));
        })
    };
    let newest = toasts
        .iter()
        .rfind(|toast| toast.phase == Phase::Shown)
        .map(|toast| toast.flash.id.clone());
    use_escape(newest, on_close.clone());

    let set = |state: &UseStateHandle<bool>, value: bool| {
        let state = state.setter();
        Callback::from(move |_: MouseEvent| state.set(value))
    };
    let onfocusin = {
        let is_focused = is_focused.clone();
        Callback::from(move |event: FocusEvent| {
            if !*is_focused {
                is_focused.set(true);
                *origin.borrow_mut() = event
                    .related_target()
                    .and_then(|element| element.dyn_into().ok());
            }
        })
    };
    let onfocusout = {
        let is_focused = is_focused.setter();
        Callback::from(move |_: FocusEvent| is_focused.set(false))
    };
    let is_paused = *are_kept || *is_hovered || *is_focused || is_covered;
    let view = |(at, toast): (usize, &QueuedToast)| {
        html! {
            // A repeated message begins anew: it comes in again and has its full time.
            <Toast
                key={format!("{} {}", toast.times, toast.flash.id)}
                toast={toast.clone()}
                row={at + 1}
                {is_paused}
                on_action={on_action.clone()}
                on_close={on_close.clone()}
            />
        }
    };
    let (urgent, calm): (Vec<_>, Vec<_>) = toasts
        .iter()
        .enumerate()
        .partition(|(_, toast)| is_urgent(toast));
    html! {
        <section
            class="toast-stack"
            aria-label="Messages"
            onmouseenter={set(&is_hovered, true)}
            onmouseleave={set(&is_hovered, false)}
            {onfocusin}
            {onfocusout}
        >
            <div role="alert" aria-atomic="false">{ for urgent.into_iter().map(view) }</div>
            <div role="status" aria-atomic="false">{ for calm.into_iter().map(view) }</div>
        </section>
    }
}

fn is_urgent(toast: &QueuedToast) -> bool {
    matches!(toast.flash.category, Category::Warning | Category::Error)
}

/// Calls `on_close` for the message `newest` when somebody presses Escape and nothing else on the
/// page makes use of it.
#[hook]
fn use_escape(newest: Option<String>, on_close: Callback<String>) {
    use_effect_with((newest, on_close), |(newest, on_close)| {
        let document = web_sys::window().and_then(|window| window.document());
        let listener = document.zip(newest.clone()).map(|(document, newest)| {
            let (watched, on_close) = (document.clone(), on_close.clone());
            EventListener::new(&document, "keydown", move |event| {
                let is_escape = event
                    .dyn_ref::<KeyboardEvent>()
                    .is_some_and(|event| event.key() == "Escape");
                if is_escape && !event.default_prevented() && !viewport::has_dialog(&watched) {
                    on_close.emit(newest.clone());
                }
            })
        });
        move || drop(listener)
    });
}

/// Whether the messages can't be seen: another tab or application covers the page, or a dialog does.
#[hook]
fn use_cover() -> bool {
    let is_covered = use_state_eq(|| false);
    {
        let is_covered = is_covered.setter();
        use_effect_with((), move |()| {
            let document = web_sys::window().and_then(|window| window.document());
            let listeners = document.map(|document| {
                // A dialog takes the focus when it opens. That it closes doesn't bubble.
                ["visibilitychange", "focusin", "close"].map(|event| {
                    let (watched, is_covered) = (document.clone(), is_covered.clone());
                    let options = EventListenerOptions::run_in_capture_phase();
                    EventListener::new_with_options(&document, event, options, move |_| {
                        let is_hidden = watched.visibility_state() == VisibilityState::Hidden;
                        is_covered.set(is_hidden || viewport::has_dialog(&watched));
                    })
                })
            });
            move || drop(listeners)
        });
    }
    *is_covered
}
