//! The contact page.

use shared::route::Route;
use yew::prelude::*;

use crate::api::session;
use crate::components::contact::form::{contact_form, use_contact_form};
use crate::components::contact::receipt::receipt;
use crate::components::page::Page;
use crate::hooks::use_load::use_load;

/// The contact form, or the receipt once the server has stored the message.
#[component]
pub fn ContactPage() -> Html {
    // The answer delivers the session's waiting flashes, such as those of a form post without a script.
    let _ = use_load(session::show());
    let form = use_contact_form();
    let content = match form.receipt() {
        Some(received) => receipt(received, form.on_another.clone()),
        None => html! {
            <div class="reading">
                <header class="page-head">
                    <h1>{ "Contact" }</h1>
                    <p class="page-lead">
                        { "A question, a correction, or something that you would like to read about? \
                           Write to us." }
                    </p>
                </header>
                { contact_form(&form) }
            </div>
        },
    };
    html! { <Page title={Route::Contact.title()}>{ content }</Page> }
}
