//! The receipt for a contact message.

use shared::contact::ContactReceipt;
use yew::prelude::*;

/// The reference of a stored message, and a button that opens an empty form.
pub fn receipt(receipt: &ContactReceipt, on_another: Callback<MouseEvent>) -> Html {
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
