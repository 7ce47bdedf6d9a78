//! A dialog above the page.

use gloo_events::EventListener;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::hooks::use_stored_flag::Flag;

/// The parts of a dialog.
#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// The element's id.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Called when the dialog has closed.
    pub on_close: Callback<()>,
    /// The content below the heading.
    pub children: Html,
}

/// A modal dialog. It is open while it is rendered. The browser keeps the focus inside, closes the dialog
/// on Escape and then returns the focus.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    {
        let (dialog, on_close) = (dialog.clone(), props.on_close.clone());
        use_effect_with((), move |()| {
            let listener = dialog.cast::<HtmlDialogElement>().map(|dialog| {
                // An error means that the dialog is already open.
                let _ = dialog.show_modal();
                EventListener::new(&dialog, "close", move |_| on_close.emit(()))
            });
            move || drop(listener)
        });
    }
    let heading = format!("{}-title", props.id);
    html! {
        <dialog ref={dialog} id={props.id} aria-labelledby={heading.clone()} closedby="any">
            <form method="dialog" class="dialog-head">
                <h2 id={heading}>{ props.title }</h2>
                <button type="submit" class="btn-close" aria-label="Close" />
            </form>
            { props.children.clone() }
        </dialog>
    }
}

/// A checkbox with its label, for a setting in a dialog.
pub fn setting(id: &'static str, label: &'static str, flag: &Flag) -> Html {
    let Flag { is_on, set } = flag.clone();
    let onchange = Callback::from(move |_: Event| set.emit(!is_on));
    html! {
        <label class="setting" for={id}>
            <input type="checkbox" {id} checked={is_on} {onchange} />
            { label }
        </label>
    }
}
