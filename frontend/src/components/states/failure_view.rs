//! The views of a failure of the API.

use yew::prelude::*;

use crate::api::failure::ApiFailure;
use crate::components::icon::{Shape, icon};
use shared::route::Route;

/// Replaces a whole page: what happened, a retry button, a link home, and the request id.
/// `is_retrying` means that a retry is under way.
pub fn failure_page(failure: &ApiFailure, is_retrying: bool, on_retry: &Callback<()>) -> Html {
    html! {
        <section class="trouble" data-testid="failure">
            <p class="trouble-code" aria-hidden="true">{ emblem(failure) }</p>
            <h1 class="trouble-title">{ failure.headline() }</h1>
            <p class="trouble-text">{ failure.advice() }</p>
            <div class="trouble-actions">
                { retry_button(is_retrying, on_retry) }
                <a class="btn btn-outline-primary" href={Route::Home.href()}>
                    { icon(Shape::House) }
                    { "Go to the home page" }
                </a>
            </div>
            { reference(failure) }
        </section>
    }
}

/// Replaces a part of a page below a second-level heading.
pub fn failure_part(failure: &ApiFailure, is_retrying: bool, on_retry: &Callback<()>) -> Html {
    html! {
        <div class="trouble trouble-part" data-testid="failure">
            <h3 class="trouble-title">{ failure.headline() }</h3>
            <p class="trouble-text">{ failure.advice() }</p>
            <div class="trouble-actions">{ retry_button(is_retrying, on_retry) }</div>
            { reference(failure) }
        </div>
    }
}

/// The status code, or an icon if there was no answer.
fn emblem(failure: &ApiFailure) -> Html {
    match (failure.status(), failure) {
        (Some(status), _) => html! { status },
        (None, ApiFailure::Timeout) => icon(Shape::Clock),
        (None, _) => icon(Shape::Unplugged),
    }
}

/// The button is never `disabled`, because a disabled button loses the focus.
fn retry_button(is_retrying: bool, on_retry: &Callback<()>) -> Html {
    let on_retry = on_retry.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        if !is_retrying {
            on_retry.emit(());
        }
    });
    html! {
        <button
            type="button"
            class="btn btn-primary"
            aria-disabled={is_retrying.then_some("true")}
            {onclick}
        >
            { icon(Shape::Retry) }
            { if is_retrying { "Trying again…" } else { "Try again" } }
        </button>
    }
}

fn reference(failure: &ApiFailure) -> Html {
    match failure.request_id() {
        Some(request_id) => html! {
            <p class="trouble-reference">
                { "If it keeps happening, mention this request id: " }
                <code data-testid="request-id">{ request_id }</code>
            </p>
        },
        None => Html::default(),
    }
}
