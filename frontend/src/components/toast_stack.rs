//! The messages on the screen.

use gloo_events::EventListener;
use web_sys::VisibilityState;
use yew::prelude::*;

use crate::components::toast::Toast;
use crate::contexts::toast_queue::{Toast as QueuedToast, ToastAction};

/// Which messages.
#[derive(Properties, PartialEq)]
pub struct ToastStackProps {
    /// The messages, oldest first.
    pub toasts: Vec<QueuedToast>,
    /// Told when a message leaves and when it has gone.
    pub on_action: Callback<ToastAction>,
}

/// The messages at the top right. Their time stands still while somebody points at them, has the
/// focus in them, or looks at another tab (WCAG 2.2.1).
#[component]
pub fn ToastStack(props: &ToastStackProps) -> Html {
    let ToastStackProps { toasts, on_action } = props;
    let is_hovered = use_state_eq(|| false);
    let is_focused = use_state_eq(|| false);
    let is_hidden = use_hidden_tab();
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
    let set = |state: &UseStateHandle<bool>, value: bool| {
        let state = state.setter();
        move || state.set(value)
    };
    let (enter, leave) = (set(&is_hovered, true), set(&is_hovered, false));
    let (focus, blur) = (set(&is_focused, true), set(&is_focused, false));
    let is_paused = *is_hovered || *is_focused || is_hidden;

    html! {
        <section
            class="toast-stack"
            aria-label="Messages"
            onmouseenter={Callback::from(move |_| enter())}
            onmouseleave={Callback::from(move |_| leave())}
            onfocusin={Callback::from(move |_| focus())}
            onfocusout={Callback::from(move |_| blur())}
        >
            // A repeated message begins anew: it comes in again and has its full time.
            { for toasts.iter().map(|toast| html! {
                <Toast
                    key={format!("{} {}", toast.times, toast.flash.id)}
                    toast={toast.clone()}
                    {is_paused}
                    on_action={on_action.clone()}
                />
            }) }
        </section>
    }
}

/// Whether the page can't be seen: another tab or application covers it.
#[hook]
fn use_hidden_tab() -> bool {
    let is_hidden = use_state_eq(|| false);
    {
        let is_hidden = is_hidden.setter();
        use_effect_with((), move |()| {
            let document = web_sys::window().and_then(|window| window.document());
            let listener = document.map(|document| {
                let watched = document.clone();
                EventListener::new(&document, "visibilitychange", move |_| {
                    is_hidden.set(watched.visibility_state() == VisibilityState::Hidden);
                })
            });
            move || drop(listener)
        });
    }
    *is_hidden
}
