//! The summary of errors in the contact form.

use shared::contact::FieldErrors;
use yew::prelude::*;

use crate::api::failure::ApiFailure;
use crate::components::contact::form_state::{FormState, NAMES};

/// Why the last attempt failed, with a link to each field that has an error. The live region exists
/// from the first render, so that screen readers announce text that is added to it (WCAG 4.1.3).
pub(super) fn form_summary(form: &FormState) -> Html {
    html! {
        <div role="alert">
            if form.shows_summary && !form.errors.is_empty() {
                { view_errors(&form.errors) }
            }
            if let Some(failure) = &form.failure {
                { view_failure(failure, form.is_in_doubt) }
            }
        </div>
    }
}

fn view_errors(errors: &FieldErrors) -> Html {
    let in_order = NAMES
        .into_iter()
        .filter_map(|name| Some((name, errors.get(name)?)));
    html! {
        <div class="alert alert-danger" id="contact-faults">
            <p>{ "Your message was not sent yet. Please check:" }</p>
            <ul>
                { for in_order.map(|(name, sentences)| html! {
                    <li><a href={format!("#{name}")}>{ sentences.join(" ") }</a></li>
                }) }
            </ul>
        </div>
    }
}

fn view_failure(failure: &ApiFailure, is_in_doubt: bool) -> Html {
    let outcome = if is_in_doubt {
        "We can’t tell whether your message arrived. Your draft is still here, and sending it again \
         unchanged is safe: it counts once. "
    } else {
        "Your message was not received. Your draft is still here. "
    };
    html! {
        <div class="alert alert-danger" id="contact-failure">
            <p><strong>{ failure.headline() }</strong></p>
            <p>{ outcome }{ failure.advice() }</p>
            if let Some(request_id) = failure.request_id() {
                <p>{ "Request id: " }<code>{ request_id }</code></p>
            }
        </div>
    }
}
