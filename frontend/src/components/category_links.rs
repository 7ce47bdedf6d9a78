//! Categories as links to their lists.

use shared::blog::CategoryCount;
use yew::prelude::*;

use shared::route::{BlogsQuery, Route};

/// A row of links with the number of posts in each.
pub fn category_links(categories: &[CategoryCount]) -> Html {
    row(
        "chips",
        categories.iter().map(|category| link(category, false)),
    )
}

/// The same row above the list of posts, with a link to all of them first and the `shown` category
/// marked; none is all of them. On narrow screens it scrolls sideways instead of breaking: the list
/// below stands where [`crate::components::skeleton::filter_skeleton`] has left it.
pub fn category_filter(categories: &[CategoryCount], shown: Option<&str>) -> Html {
    let all = html! {
        <a class="chip" href={Route::blogs().href()} aria-current={mark(shown.is_none())}>
            { "All" }
        </a>
    };
    let links = categories
        .iter()
        .map(|category| link(category, shown == Some(category.name.as_str())));
    row("chips chips-filter", std::iter::once(all).chain(links))
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
