//! Links to the lists of the categories.

use shared::blog::CategoryCount;
use yew::prelude::*;

use crate::viewport;
use shared::route::{BlogsQuery, Route};

/// A row of links with the number of posts in each category.
pub fn category_links(categories: &[CategoryCount]) -> Html {
    row(
        "chips",
        categories.iter().map(|category| link(category, false)),
    )
}

/// The same row above a list of posts, with a link to all posts first. The link to the list of `shown`
/// is marked. On narrow screens the row scrolls sideways instead of wrapping. So it has the height of
/// its skeleton, and the list below does not move.
pub fn category_filter(categories: &[CategoryCount], shown: &BlogsQuery) -> Html {
    let shows_all = shown.category.is_none() && shown.tag.is_none();
    let all = html! {
        <a class="chip" href={Route::blogs().href()} aria-current={mark(shows_all)}>
            { "All" }
        </a>
    };
    let links = categories
        .iter()
        .map(|category| link(category, shown.category.as_ref() == Some(&category.name)));
    row("chips chips-filter", std::iter::once(all).chain(links))
}

/// Scrolls the row until the marked link is in its middle.
#[hook]
pub fn use_shown_chip_in_view(shown: &BlogsQuery, has_chips: bool) {
    use_effect_with((shown.clone(), has_chips), |_| {
        viewport::scroll_sideways_to(".chips-filter", "[aria-current]");
    });
}

fn row(class: &'static str, links: impl Iterator<Item = Html>) -> Html {
    html! {
        <nav aria-label="Categories">
            <ul {class}>
                { for links.map(|link| html! { <li>{ link }</li> }) }
            </ul>
        </nav>
    }
}

fn link(category: &CategoryCount, is_shown: bool) -> Html {
    let href = Route::Blogs(BlogsQuery::category(&category.name)).href();
    let noun = if category.count == 1 { "post" } else { "posts" };
    html! {
        <a class="chip" {href} aria-current={mark(is_shown)}>
            { &category.name }
            <span class="chip-count" aria-hidden="true">{ category.count }</span>
            <span class="visually-hidden">{ format!(", {} {noun}", category.count) }</span>
        </a>
    }
}

fn mark(is_shown: bool) -> Option<&'static str> {
    is_shown.then_some("true")
}
