//! A notice above a page's content.

use yew::prelude::*;

use crate::components::icon::{Shape, icon};

/// A notice that the content is not current. Unlike a toast it stays.
pub fn notice(words: Html) -> Html {
    html! {
        <div class="notice" role="status">
            { icon(Shape::Clock) }
            <p>{ words }</p>
        </div>
    }
}
