//! The toasts on the screen.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use shared::flash::Category;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, VisibilityState};
use yew::prelude::*;

use crate::components::toasts::queue::{Phase, Toast as QueuedToast, ToastAction};
use crate::components::toasts::toast::Toast;
use crate::components::toasts::use_toasts;
use crate::viewport;

/// The toasts at the top right.
///
/// Their timers pause while the pointer or the focus is on them, while another tab is in front, and
/// while a dialog is open (WCAG 2.2.1). Escape closes the newest toast.
///
/// The two live regions exist from the first render, so that screen readers announce text that is added
/// to them (WCAG 4.1.3): warnings and errors at once, the rest at the next pause in speech. Both share
/// one grid, so that the toasts are in the order of their arrival.
#[component]
pub fn ToastStack() -> Html {
    let toasts = use_toasts();
    let is_empty = toasts.on_screen.is_empty();
    let announced = use_announcement(&toasts.on_screen);
    let (is_hovered, onmouseenter, onmouseleave) = use_hover(is_empty);
    let focus = use_focus(is_empty);
    let is_covered = use_is_covered();
    let on_close = {
        let origin = focus.origin.clone();
        let dependencies = (focus.is_inside, toasts.dispatch.clone());
        use_callback(dependencies, move |id: String, (is_inside, dispatch)| {
            // The close button is about to be removed, and the focus would be lost. A toast that was
            // replaced by a repeated flash has lost it already.
            let has_lost_focus = || origin.borrow().is_some() && viewport::is_focus_lost();
            if *is_inside || has_lost_focus() {
                match origin.take().filter(|origin| origin.is_connected()) {
                    Some(origin) => viewport::focus(&origin),
                    None => viewport::focus_heading(),
                }
            }
            dispatch.emit(ToastAction::Leave(id));
        })
    };
    let shown = |toast: &&QueuedToast| toast.phase == Phase::Shown;
    let newest = toasts.on_screen.iter().rfind(shown);
    use_escape(newest.map(|toast| toast.flash.id.clone()), on_close.clone());

    let is_paused = toasts.keeps.is_on || is_hovered || focus.is_inside || is_covered;
    let view = |(index, toast): (usize, &QueuedToast)| {
        html! {
            // A repeated flash gets a new key, so that it appears again and has its full time.
            <Toast
                key={format!("{} {}", toast.times, toast.flash.id)}
                toast={toast.clone()}
                row={index + 1}
                {is_paused}
                dispatch={toasts.dispatch.clone()}
                on_close={on_close.clone()}
            />
        }
    };
    let numbered = toasts.on_screen.iter().enumerate();
    let (urgent, calm): (Vec<_>, Vec<_>) = numbered.partition(|(_, toast)| is_urgent(toast));
    html! {
        <section
            class="toast-stack"
            lang="en"
            aria-label="Messages"
            {onmouseenter}
            {onmouseleave}
            onfocusin={focus.onfocusin}
            onfocusout={focus.onfocusout}
        >
            <div role="alert" aria-atomic="false">{ for urgent.into_iter().map(view) }</div>
            <div role="status" aria-atomic="false">{ for calm.into_iter().map(view) }</div>
            <p class="visually-hidden" role="status">{ announced }</p>
        </section>
    }
}

/// The text of the toasts that come with the page, added after the first render. The regions above
/// already contain it when the page loads, so screen readers don't announce it there.
#[hook]
fn use_announcement(on_screen: &[QueuedToast]) -> String {
    let words = use_state_eq(String::new);
    {
        let words = words.setter();
        let first: Vec<String> = on_screen
            .iter()
            .map(|toast| toast.flash.message.clone())
            .collect();
        use_effect_with((), move |()| words.set(first.join(" ")));
    }
    (*words).clone()
}

fn is_urgent(toast: &QueuedToast) -> bool {
    matches!(toast.flash.category, Category::Warning | Category::Error)
}

/// Whether the pointer is on the stack, and the handlers for its enter and leave events.
#[hook]
fn use_hover(is_empty: bool) -> (bool, Callback<MouseEvent>, Callback<MouseEvent>) {
    let is_hovered = use_state_eq(|| false);
    use_reset(is_empty, is_hovered.setter());
    let set = |value: bool| {
        let is_hovered = is_hovered.setter();
        Callback::from(move |_: MouseEvent| is_hovered.set(value))
    };
    (*is_hovered, set(true), set(false))
}

/// The focus in the stack.
struct StackFocus {
    is_inside: bool,
    /// The element that had the focus before a toast got it.
    origin: Rc<RefCell<Option<HtmlElement>>>,
    onfocusin: Callback<FocusEvent>,
    onfocusout: Callback<FocusEvent>,
}

#[hook]
fn use_focus(is_empty: bool) -> StackFocus {
    let is_inside = use_state_eq(|| false);
    use_reset(is_empty, is_inside.setter());
    let origin = use_mut_ref(|| None::<HtmlElement>);
    let onfocusin = {
        let (is_inside, origin) = (is_inside.clone(), origin.clone());
        Callback::from(move |event: FocusEvent| {
            if !*is_inside {
                is_inside.set(true);
                *origin.borrow_mut() = event
                    .related_target()
                    .and_then(|element| element.dyn_into().ok());
            }
        })
    };
    let onfocusout = {
        let is_inside = is_inside.setter();
        Callback::from(move |_: FocusEvent| is_inside.set(false))
    };
    StackFocus {
        is_inside: *is_inside,
        origin,
        onfocusin,
        onfocusout,
    }
}

/// Clears a state when the stack gets empty: a removed element sends no event when it loses the pointer
/// or the focus.
#[hook]
fn use_reset(is_empty: bool, state: UseStateSetter<bool>) {
    use_effect_with(is_empty, move |is_empty| {
        if *is_empty {
            state.set(false);
        }
    });
}

/// Closes the newest toast on Escape, unless another part of the page uses the key.
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

/// Whether the reader can't see the toasts: another tab or application is in front, or a dialog.
#[hook]
fn use_is_covered() -> bool {
    let is_covered = use_state_eq(|| false);
    {
        let is_covered = is_covered.setter();
        use_effect_with((), move |()| {
            let document = web_sys::window().and_then(|window| window.document());
            let listeners = document.map(|document| {
                // A dialog takes the focus when it opens. Its `close` event doesn't bubble.
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
