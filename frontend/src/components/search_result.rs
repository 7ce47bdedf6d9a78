//! A post that a search has found.

use shared::route::{BlogsQuery, Route};
use shared::search::{Highlight, SearchField, SearchHit};
use yew::prelude::*;

use crate::components::byline::byline;
use crate::components::marked_text::{marked_text, marked_title};

/// Category, title and byline, and between them the places that match. Where only the title does,
/// the summary says what the post is about.
pub fn search_result(hit: &SearchHit) -> Html {
    let post = &hit.summary;
    let category = Route::Blogs(BlogsQuery::category(&post.category)).href();
    let mut places: Vec<Html> = places(hit)
        .map(|place| marked_text(&place.text, &place.ranges))
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

/// The matching fields to show below the title. The summary of a post that has none of its own is
/// the beginning of its text, which then isn't shown once more.
fn places(hit: &SearchHit) -> impl Iterator<Item = &Highlight> {
    let is_of = |field| move |place: &&Highlight| place.field == field;
    let summary = hit.highlights.iter().find(is_of(SearchField::Summary));
    hit.highlights
        .iter()
        .filter(move |place| match place.field {
            SearchField::Title => false,
            SearchField::Subtitle | SearchField::Summary => true,
            SearchField::Text => {
                !summary.is_some_and(|summary| begin_alike(&summary.text, &place.text))
            }
        })
}

/// Whether one text is the other's beginning, but for an ellipsis.
fn begin_alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.trim_end_matches('…'), b.trim_end_matches('…'));
    a.starts_with(b) || b.starts_with(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_of_a_post_is_told_from_another_part_of_it() {
        assert!(begin_alike(
            "A session ends…",
            "A session ends after an hour…"
        ));
        assert!(begin_alike("A session ends.", "A session ends."));
        assert!(!begin_alike(
            "A session ends…",
            "…after which a session ends"
        ));
    }
}
