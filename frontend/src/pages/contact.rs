//! Writing to the people behind the site.

use shared::contact::{
    self, ContactMessage, ContactReceipt, MAX_EMAIL, MAX_MESSAGE, MAX_NAME, MAX_SUBJECT,
};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api;
use crate::components::contact_field::{Entry, Field, Kind, contact_field};
use crate::contact_form::{FormAction, FormState, field, set_field};
use crate::contexts::api::use_client;
use crate::draft::{Draft, new_key};
use crate::hooks::use_arrival::{Arrival, use_arrival};
use crate::hooks::use_load::use_load;
use crate::hooks::use_title::use_title;
use crate::viewport;

/// The form, in the order in which it is read.
const FIELDS: [Field; 4] = [
    Field {
        name: "name",
        label: "Your name",
        kind: Kind::Text,
        autocomplete: "name",
        limit: MAX_NAME,
    },
    Field {
        name: "email",
        label: "Your email address",
        kind: Kind::Email,
        autocomplete: "email",
        limit: MAX_EMAIL,
    },
    Field {
        name: "subject",
        label: "Subject",
        kind: Kind::Text,
        autocomplete: "off",
        limit: MAX_SUBJECT,
    },
    Field {
        name: "message",
        label: "Message",
        kind: Kind::Multiline,
        autocomplete: "off",
        limit: MAX_MESSAGE,
    },
];

/// A form whose draft stays in the tab until the server has the message, and the receipt once it
/// does.
#[component]
pub fn ContactPage() -> Html {
    use_title("Contact");
    use_arrival(Arrival::Ready);
    let client = use_client();
    // For the messages that come with it, such as those of a form post without a script.
    let _ = use_load(api::session::show());
    let form = use_reducer(|| FormState::new(Draft::restore()));
    {
        // Waits for the fields' errors to be on the page.
        let first_bad = form.first_bad();
        use_effect_with(form.attempts, move |_| {
            if let Some(element) =
                first_bad.and_then(|name| viewport::element_by_hash(&format!("#{name}")))
            {
                viewport::reveal(&element);
            }
        });
    }
    {
        let is_received = form.receipt.is_some();
        use_effect_with(is_received, move |is_received| {
            if *is_received {
                viewport::focus_heading();
            }
        });
    }
    let on_change = {
        let form = form.clone();
        Callback::from(move |(name, text): (&'static str, String)| {
            let mut draft = form.draft.clone();
            set_field(&mut draft.message, name, text);
            draft.key = new_key();
            draft.keep();
            form.dispatch(FormAction::Change(name, draft));
        })
    };
    let on_leave = {
        let dispatcher = form.dispatcher();
        Callback::from(move |name: &'static str| dispatcher.dispatch(FormAction::Leave(name)))
    };
    let onsubmit = {
        let form = form.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if form.is_sending {
                return;
            }
            form.dispatch(FormAction::Submit);
            if !contact::validate(&form.draft.message).is_empty() {
                return;
            }
            let (client, dispatcher, draft) =
                (client.clone(), form.dispatcher(), form.draft.clone());
            spawn_local(async move {
                let result = api::contact::send(&client, &draft.message, &draft.key).await;
                if result.is_ok() {
                    draft.forget();
                }
                dispatcher.dispatch(FormAction::Answered(result));
            });
        })
    };
    let on_another = {
        let dispatcher = form.dispatcher();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(FormAction::Another))
    };

    if let Some(receipt) = &form.receipt {
        return view_receipt(receipt, on_another);
    }
    html! {
        <div class="reading">
            <header class="page-head">
                <h1>{ "Contact" }</h1>
                <p class="page-lead">
                    { "A question, a correction, or something that you would like to read about? \
                       Write to us." }
                </p>
            </header>
            <form class="contact-form" method="post" action="/contact" novalidate=true {onsubmit}>
                { view_summary(&form) }
                { for FIELDS.iter().map(|shown| contact_field(shown, &Entry {
                    value: field(&form.draft.message, shown.name),
                    faults: form.faults.get(shown.name).map_or(&[], Vec::as_slice),
                    is_readonly: form.is_sending,
                    on_change: &on_change,
                    on_leave: &on_leave,
                })) }
                { trap(&form.draft.message, &on_change) }
                <button
                    type="submit"
                    class="btn btn-primary"
                    aria-disabled={form.is_sending.then_some("true")}
                >
                    { if form.is_sending { "Sending…" } else { "Send message" } }
                </button>
                <p class="visually-hidden" role="status">
                    { if form.is_sending { "Sending your message" } else { "" } }
                </p>
            </form>
        </div>
    }
}

/// Why the last attempt to send came to nothing, with a way to each field at fault. The region is
/// there from the start, so that screen readers notice what comes into it (WCAG 4.1.3).
fn view_summary(form: &FormState) -> Html {
    let faulty = || {
        let names = FIELDS.iter().map(|shown| shown.name);
        names.filter(|name| form.faults.contains_key(*name))
    };
    html! {
        <div role="alert">
            if form.shows_summary && !form.faults.is_empty() {
                <div class="alert alert-danger" id="contact-faults">
                    <p>{ "Your message was not sent yet. Please check:" }</p>
                    <ul>
                        { for faulty().map(|name| html! {
                            <li>
                                <a href={format!("#{name}")}>
                                    { form.faults[name].join(" ") }
                                </a>
                            </li>
                        }) }
                    </ul>
                </div>
            }
            if let Some(failure) = &form.failure {
                <div class="alert alert-danger" id="contact-failure">
                    <p><strong>{ failure.headline() }</strong></p>
                    <p>{ outcome(form.is_in_doubt) }{ failure.advice() }</p>
                    if let Some(request_id) = failure.request_id() {
                        <p>{ "Request id: " }<code>{ request_id }</code></p>
                    }
                </div>
            }
        </div>
    }
}

/// What has become of the message, as far as anybody here can know.
fn outcome(is_in_doubt: bool) -> &'static str {
    if is_in_doubt {
        "We can’t tell whether your message arrived. Your draft is still here, and sending it again \
         unchanged is safe: it counts once. "
    } else {
        "Your message was not received. Your draft is still here. "
    }
}

/// A field that people neither see nor reach: who fills it in is a program.
fn trap(message: &ContactMessage, on_change: &Callback<(&'static str, String)>) -> Html {
    let oninput = on_change.reform(|event: InputEvent| {
        let input: web_sys::HtmlInputElement = event.target_unchecked_into();
        ("website", input.value())
    });
    html! {
        <div class="visually-hidden" aria-hidden="true">
            <label for="website">{ "Leave this empty" }</label>
            <input
                id="website"
                name="website"
                tabindex="-1"
                autocomplete="off"
                value={message.website.clone().unwrap_or_default()}
                {oninput}
            />
        </div>
    }
}

fn view_receipt(receipt: &ContactReceipt, on_another: Callback<MouseEvent>) -> Html {
    html! {
        <div class="reading">
            <header class="page-head">
                <h1>{ "Message received" }</h1>
                <p class="page-lead">{ "Thank you. We read every message." }</p>
            </header>
            <p>
                { "If you write about it, quote this reference: " }
                <code data-testid="reference">{ &receipt.reference }</code>
            </p>
            <button type="button" class="btn btn-outline-primary" onclick={on_another}>
                { "Write another message" }
            </button>
        </div>
    }
}
