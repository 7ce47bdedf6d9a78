//! The button "Back to top".

use yew::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::hooks::use_scrolled_past::use_scrolled_past;
use crate::viewport;

/// A button that appears when the page is scrolled down by 300 CSS pixels.
#[component]
pub fn BackToTop() -> Html {
    if !use_scrolled_past(300.0) {
        return Html::default();
    }
    let onclick = Callback::from(|_: MouseEvent| viewport::return_to_top());
    html! {
        <button type="button" class="icon-button back-to-top" aria-label="Back to top" title="Back to top" {onclick}>
            { icon(Shape::ArrowUp) }
        </button>
    }
}
