//! A page from memory, since asking again has failed.

use yew::prelude::*;

use crate::api::failure::ApiFailure;
use crate::components::notice::notice;
use crate::hooks::use_load::Standing;

/// Nothing for current data; else why it could not be renewed, with another try.
pub fn unrenewed_notice(standing: &Standing, on_retry: &Callback<()>) -> Html {
    let Standing::Unrenewed(failure) = standing else {
        return Html::default();
    };
    let reason = match failure {
        ApiFailure::Offline => "FlashBlog can’t be reached",
        ApiFailure::Timeout => "FlashBlog takes too long to answer",
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
