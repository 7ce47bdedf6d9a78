//! A result of a search.

use shared::route::{BlogsQuery, Route};
use shared::search::{Highlight, SearchField, SearchHit};
use yew::prelude::*;

use crate::components::post::byline::byline;
use crate::components::search::marked_text::{marked_text, marked_title};

/// Category, title, matching passages and byline. If only the title matches, the summary replaces the
/// passages.
pub fn search_result(hit: &SearchHit) -> Html {
    let post = &hit.summary;
    let category = Route::Blogs(BlogsQuery::category(&post.category)).href();
    let mut passages: Vec<Html> = passages(hit)
        .map(|passage| marked_text(&passage.text, &passage.ranges))
        .collect();
    if passages.is_empty() && !post.summary.is_empty() {
        passages.push(html! { &post.summary });
    }
    html! {
        <li key={post.id.as_str()} class="search-result" data-testid="search-result">
            <a class="eyebrow" href={category}>{ &post.category }</a>
            <h2><a href={post.url.clone()}>{ marked_title(hit) }</a></h2>
            { for passages.into_iter().map(|passage| html! { <p>{ passage }</p> }) }
            { byline(post) }
        </li>
    }
}

/// The matching passages below the title. The summary of a post may be the beginning of its text. Then
/// the passage from the text is left out if it begins like the summary.
fn passages(hit: &SearchHit) -> impl Iterator<Item = &Highlight> {
    let is_of = |field| move |passage: &&Highlight| passage.field == field;
    let summary = hit.highlights.iter().find(is_of(SearchField::Summary));
    hit.highlights
        .iter()
        .filter(move |passage| match passage.field {
            SearchField::Title => false,
            SearchField::Subtitle | SearchField::Summary => true,
            SearchField::Text => {
                !summary.is_some_and(|summary| begin_alike(&summary.text, &passage.text))
            }
        })
}

/// Whether one text begins with the other, ellipses aside.
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
