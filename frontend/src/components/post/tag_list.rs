//! The tags of a post.

use shared::route::{BlogsQuery, Route};
use yew::prelude::*;

/// The tags, in `language`, in a row. Each links to all posts with the tag. Empty without tags.
pub fn tag_list(tags: &[String], language: &Option<AttrValue>) -> Html {
    if tags.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="tags" lang="en" aria-label="Tags">
            { for tags.iter().map(|tag| {
                let href = Route::Blogs(BlogsQuery::tag(tag)).href();
                html! { <li lang={language.clone()}><a class="tag" rel="tag" {href}>{ tag }</a></li> }
            }) }
        </ul>
    }
}
