//! The tags of a post.

use shared::route::{BlogsQuery, Route};
use yew::prelude::*;

/// The tags in a row. Each links to all posts with the tag. Empty without tags.
pub fn tag_list(tags: &[String]) -> Html {
    if tags.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="tags" aria-label="Tags">
            { for tags.iter().map(|tag| {
                let href = Route::Blogs(BlogsQuery::tag(tag)).href();
                html! { <li><a class="tag" rel="tag" {href}>{ tag }</a></li> }
            }) }
        </ul>
    }
}
