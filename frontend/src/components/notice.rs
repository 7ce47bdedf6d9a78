//! A calm word above a page's content.

use yew::prelude::*;

use crate::components::icon::{Shape, icon};

/// A note that something is not as fresh as it should be. It stays, unlike a flash message.
pub fn notice(words: Html) -> Html {
    html! {
        <div class="notice" role="status">
            { icon(Shape::Clock) }
            <p>{ words }</p>
        </div>
    }
}
