//! One flash message.

use gloo_timers::callback::Timeout;
use shared::flash::Category;
use yew::prelude::*;

use crate::components::icon::{Shape, labelled_icon};
use crate::contexts::toast_queue::{FADING_MS, Phase, SHOWN_MS, Toast as QueuedToast, ToastAction};

/// Which message.
#[derive(Properties, PartialEq)]
pub struct ToastProps {
    /// The message.
    pub toast: QueuedToast,
    /// Which message on the screen it is, from 1: where it stands.
    pub row: usize,
    /// Whether its time stands still.
    pub is_paused: bool,
    /// Told when the message leaves by itself and when it has gone.
    pub on_action: Callback<ToastAction>,
    /// Told the message's id when somebody closes it.
    pub on_close: Callback<String>,
}

/// A message as a Bootstrap alert that leaves by itself: after [`SHOWN_MS`] without its class
/// `show`, after [`FADING_MS`] more altogether. Its timer ends with it.
#[component]
pub fn Toast(props: &ToastProps) -> Html {
    let QueuedToast {
        flash,
        times,
        phase,
    } = &props.toast;
    let remaining_ms = use_mut_ref(|| SHOWN_MS);
    {
        let (id, on_action) = (flash.id.clone(), props.on_action.clone());
        use_effect_with((*phase, props.is_paused), move |(phase, is_paused)| {
            let is_running = *phase == Phase::Shown && !is_paused;
            let timer = match phase {
                Phase::Leaving => Some(Timeout::new(FADING_MS, move || {
                    on_action.emit(ToastAction::Remove(id));
                })),
                Phase::Shown if is_running => {
                    Some(Timeout::new(*remaining_ms.borrow(), move || {
                        on_action.emit(ToastAction::Leave(id));
                    }))
                }
                Phase::Shown => None,
            };
            let started = now_ms();
            move || {
                drop(timer);
                if is_running {
                    // Positive and far below an u32's end: a timer runs for seconds.
                    let spent = (now_ms() - started) as u32;
                    let mut remaining = remaining_ms.borrow_mut();
                    *remaining = remaining.saturating_sub(spent);
                }
            }
        });
    }
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
                if *times > 1 {
                    <span class="toast-times">{ format!("×{times}") }</span>
                }
            </p>
            <button type="button" class="btn-close" aria-label="Close" {onclick} />
        </div>
    }
}

/// What tells a category apart: not the colour alone (WCAG 1.4.1).
pub(crate) struct Look {
    pub(crate) class: &'static str,
    pub(crate) shape: Shape,
    pub(crate) word: &'static str,
}

pub(crate) fn look(category: Category) -> Look {
    let (class, shape, word) = match category {
        Category::Success => ("alert-success", Shape::Check, "Success"),
        Category::Info => ("alert-info", Shape::Info, "Note"),
        Category::Warning => ("alert-warning", Shape::Warning, "Warning"),
        Category::Error => ("alert-danger", Shape::Error, "Error"),
    };
    Look { class, shape, word }
}

/// Milliseconds since the page was opened.
fn now_ms() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |performance| performance.now())
}
