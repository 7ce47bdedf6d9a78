//! What a post is about.

use yew::prelude::*;

/// The tags in a row; nothing without any.
pub fn tag_list(tags: &[String]) -> Html {
    if tags.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="tags" aria-label="Tags">
            { for tags.iter().map(|tag| html! { <li class="tag">{ tag }</li> }) }
        </ul>
    }
}
