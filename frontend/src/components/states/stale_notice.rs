//! The notice above data that could not be renewed.

use yew::prelude::*;

use crate::api::failure::ApiFailure;
use crate::components::states::notice::notice;
use crate::hooks::loaded::Currency;

/// The reason and a retry button. Nothing for current data.
pub fn stale_notice(currency: &Currency, on_retry: &Callback<()>) -> Html {
    let Currency::Stale(failure) = currency else {
        return Html::default();
    };
    let reason = match failure {
        ApiFailure::Offline => "This site can’t be reached",
        ApiFailure::Timeout => "This site takes too long to answer",
        ApiFailure::Problem(_) | ApiFailure::Malformed { .. } => "Loading this page again failed",
    };
    let on_retry = on_retry.clone();
    let onclick = Callback::from(move |_: MouseEvent| on_retry.emit(()));
    notice(html! {
        <>
            { format!("{reason}: this is how the page was when you were here before. ") }
            <button type="button" class="link-button" {onclick}>{ "Try again" }</button>
        </>
    })
}
