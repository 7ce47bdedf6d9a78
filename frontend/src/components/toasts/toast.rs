//! One toast.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use crate::components::icon::labelled_icon;
use crate::components::toasts::look::look;
use crate::components::toasts::queue::{
    FADING_MS, Phase, SHOWN_MS, Toast as QueuedToast, ToastAction,
};

/// A toast's flash and place, and its callbacks.
#[derive(Properties, PartialEq)]
pub struct ToastProps {
    /// The flash and its phase.
    pub toast: QueuedToast,
    /// The row on the screen, from 1.
    pub row: usize,
    /// Whether its timer is paused.
    pub is_paused: bool,
    /// Called when the toast's time is up and when it has faded.
    pub dispatch: Callback<ToastAction>,
    /// Called with the flash's id when the reader closes the toast.
    pub on_close: Callback<String>,
}

/// A flash as a Bootstrap alert. After [`SHOWN_MS`] it loses the class `show`; after [`FADING_MS`]
/// more it is removed.
#[component]
pub fn Toast(props: &ToastProps) -> Html {
    let QueuedToast {
        flash,
        times,
        phase,
    } = &props.toast;
    use_timer(&flash.id, *phase, props.is_paused, &props.dispatch);
    let onclick = {
        let (id, on_close) = (flash.id.clone(), props.on_close.clone());
        Callback::from(move |_: MouseEvent| on_close.emit(id.clone()))
    };
    let look = look(flash.category);
    let show = (*phase == Phase::Shown).then_some("show");
    html! {
        <div
            class={classes!(
                "alert", look.class, "alert-dismissible", "fade", show, "shadow-lg",
                format!("toast-row-{}", props.row),
            )}
        >
            { labelled_icon(look.shape, look.word) }
            <p>
                { &flash.message }
                { repetitions(*times) }
            </p>
            <button type="button" class="btn-close" aria-label="Close" {onclick} />
        </div>
    }
}

/// `×3` for a flash that arrived three times; nothing for one that arrived once.
pub(super) fn repetitions(times: u32) -> Html {
    if times > 1 {
        html! { <span class="toast-times">{ format!("×{times}") }</span> }
    } else {
        Html::default()
    }
}

/// Ends the phase of a toast when its time is up. A pause stops the timer, and the toast keeps its
/// remaining time.
#[hook]
fn use_timer(id: &str, phase: Phase, is_paused: bool, dispatch: &Callback<ToastAction>) {
    let remaining_ms = use_mut_ref(|| SHOWN_MS);
    let (id, dispatch) = (id.to_owned(), dispatch.clone());
    use_effect_with((phase, is_paused), move |(phase, is_paused)| {
        let is_running = *phase == Phase::Shown && !is_paused;
        let timer = match phase {
            Phase::Leaving => Some(Timeout::new(FADING_MS, move || {
                dispatch.emit(ToastAction::Remove(id));
            })),
            Phase::Shown if is_running => Some(Timeout::new(*remaining_ms.borrow(), move || {
                dispatch.emit(ToastAction::Leave(id));
            })),
            Phase::Shown => None,
        };
        let started = now_ms();
        move || {
            drop(timer);
            if is_running {
                // The difference is positive and fits a u32: the timer runs for seconds.
                let spent = (now_ms() - started) as u32;
                let mut remaining = remaining_ms.borrow_mut();
                *remaining = remaining.saturating_sub(spent);
            }
        }
    });
}

/// Milliseconds since the document was opened.
fn now_ms() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}
