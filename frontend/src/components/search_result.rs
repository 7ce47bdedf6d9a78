//! A post that a search has found.

use shared::route::{BlogsQuery, Route};
use shared::search::{SearchField, SearchHit};
use yew::prelude::*;

use crate::components::byline::byline;
use crate::components::marked_text::{marked_field, marked_title};

/// Category, title and byline, and between them the places that match. Where only the title does,
/// the summary says what the post is about.
pub fn search_result(hit: &SearchHit) -> Html {
    let post = &hit.summary;
    let category = Route::Blogs(BlogsQuery::category(&post.category)).href();
    let mut places: Vec<Html> = [
        SearchField::Subtitle,
        SearchField::Summary,
        SearchField::Text,
    ]
    .into_iter()
    .filter_map(|field| marked_field(hit, field))
    .collect();
    if places.is_empty() && !post.summary.is_empty() {
        places.push(html! { &post.summary });
    }
    html! {
        <li key={post.id.as_str()} class="search-result" data-testid="search-result">
            <a class="eyebrow" href={category}>{ &post.category }</a>
            <h2><a href={post.url.clone()}>{ marked_title(hit) }</a></h2>
            { for places.into_iter().map(|place| html! { <p>{ place }</p> }) }
            { byline(post) }
        </li>
    }
}
