//! A window above the page.

use gloo_events::EventListener;
use web_sys::HtmlDialogElement;
use yew::prelude::*;

/// What it holds.
#[derive(Properties, PartialEq)]
pub struct DialogProps {
    /// Its name, and the element's id.
    pub id: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// Told when it has been closed.
    pub on_close: Callback<()>,
    /// What stands below the heading.
    pub children: Html,
}

/// A modal dialog, open for as long as it is there. The browser keeps the focus in it, closes it on
/// Escape and gives the focus back to where it was.
#[component]
pub fn Dialog(props: &DialogProps) -> Html {
    let dialog = use_node_ref();
    {
        let (dialog, on_close) = (dialog.clone(), props.on_close.clone());
        use_effect_with((), move |()| {
            let listener = dialog.cast::<HtmlDialogElement>().map(|dialog| {
                // Fails only for a dialog that is open already.
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

/// A labelled setting of a dialog.
pub fn setting(id: &'static str, label: &'static str, is_on: bool, set: &Callback<bool>) -> Html {
    let set = set.clone();
    let onchange = Callback::from(move |_: Event| set.emit(!is_on));
    html! {
        <label class="setting" for={id}>
            <input type="checkbox" {id} checked={is_on} {onchange} />
            { label }
        </label>
    }
}
