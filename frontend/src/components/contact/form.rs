//! The contact form.

use shared::contact::{
    self, ContactMessage, ContactReceipt, MAX_EMAIL, MAX_MESSAGE, MAX_NAME, MAX_SUBJECT,
};
use web_sys::HtmlInputElement;
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::api;
use crate::components::contact::draft::{Draft, new_key};
use crate::components::contact::field::{Entry, Field, Kind, contact_field};
use crate::components::contact::form_state::{FormAction, FormState, field, set_field};
use crate::components::contact::form_summary::form_summary;
use crate::contexts::client::use_client;
use crate::contexts::first_page::Typed;
use crate::viewport;

/// The visible fields, in the form's order.
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

/// The state of the form and its handlers.
pub struct ContactForm {
    state: UseReducerHandle<FormState>,
    on_change: Callback<(&'static str, String)>,
    on_leave: Callback<&'static str>,
    onsubmit: Callback<SubmitEvent>,
    /// Opens an empty form after a receipt.
    pub on_another: Callback<MouseEvent>,
}

impl ContactForm {
    /// The receipt, after the server has stored the message.
    pub fn receipt(&self) -> Option<&ContactReceipt> {
        self.state.receipt.as_ref()
    }
}

/// The contact form. It starts with the text of a form post, or with the text that the writer typed
/// before the app started. Otherwise the kept draft fills it after the first render.
#[hook]
pub fn use_contact_form() -> ContactForm {
    let client = use_client();
    let typed = use_context::<Typed>();
    let state = {
        let client = client.clone();
        use_reducer(move || {
            let message = typed.and_then(|typed| typed.take_message());
            let refusal = client.first_failure(&api::contact::path());
            FormState::of_first_page(message, refusal)
        })
    };
    {
        let dispatcher = state.dispatcher();
        use_effect_with((), move |()| {
            if let Some(draft) = Draft::restore() {
                dispatcher.dispatch(FormAction::Restore(draft));
            }
        });
    }
    use_focus_on_outcome(&state);
    let on_change = {
        let state = state.clone();
        Callback::from(move |(name, text): (&'static str, String)| {
            let mut draft = state.draft.clone();
            set_field(&mut draft.message, name, text);
            draft.key = new_key();
            draft.keep();
            state.dispatch(FormAction::Change(name, draft));
        })
    };
    let on_leave = {
        let dispatcher = state.dispatcher();
        Callback::from(move |name: &'static str| dispatcher.dispatch(FormAction::Leave(name)))
    };
    let onsubmit = {
        let state = state.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if state.is_sending {
                return;
            }
            state.dispatch(FormAction::Submit);
            if !contact::validate(&state.draft.message).is_empty() {
                return;
            }
            let (client, dispatcher) = (client.clone(), state.dispatcher());
            let mut draft = state.draft.clone();
            if draft.key.is_empty() {
                // The whole text was typed before the app started.
                draft.key = new_key();
            }
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
        let dispatcher = state.dispatcher();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(FormAction::Another))
    };
    ContactForm {
        state,
        on_change,
        on_leave,
        onsubmit,
        on_another,
    }
}

/// Focuses the first invalid field after an attempt, and the heading when the receipt arrives.
#[hook]
fn use_focus_on_outcome(state: &FormState) {
    let first_invalid = state.first_invalid();
    use_effect_with(state.attempts, move |_| {
        if let Some(element) =
            first_invalid.and_then(|name| viewport::element_by_hash(&format!("#{name}")))
        {
            viewport::reveal(&element);
        }
    });
    use_effect_with(state.receipt.is_some(), |is_received| {
        if *is_received {
            viewport::focus_heading();
        }
    });
}

/// The form with its fields. Without the app it posts to `/contact`.
pub fn contact_form(form: &ContactForm) -> Html {
    let ContactForm {
        state,
        on_change,
        on_leave,
        ..
    } = form;
    let message = &state.draft.message;
    html! {
        <form
            class="contact-form"
            method="post"
            action="/contact"
            novalidate=true
            onsubmit={form.onsubmit.clone()}
        >
            { form_summary(state) }
            { for FIELDS.iter().map(|shown| contact_field(shown, &Entry {
                value: field(message, shown.name),
                errors: state.errors.get(shown.name).map_or(&[], Vec::as_slice),
                is_readonly: state.is_sending,
                on_change,
                on_leave,
            })) }
            { honeypot(message, on_change) }
            <button
                type="submit"
                class="btn btn-primary"
                aria-disabled={state.is_sending.then_some("true")}
            >
                { if state.is_sending { "Sending…" } else { "Send message" } }
            </button>
            <p class="visually-hidden" role="status">
                { if state.is_sending { "Sending your message" } else { "" } }
            </p>
        </form>
    }
}

/// The honeypot: people neither see nor reach it, and only programs fill it in.
fn honeypot(message: &ContactMessage, on_change: &Callback<(&'static str, String)>) -> Html {
    let oninput = on_change.reform(|event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
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
