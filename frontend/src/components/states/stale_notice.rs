//! The notice above data from earlier in the visit.

use yew::prelude::*;

use crate::api::failure::ApiFailure;
use crate::components::states::notice::notice;
use crate::hooks::loaded::Currency;

/// Why the data could not be loaded again, and a retry button. Empty for data that is not stale.
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
