//! Links to the other pages of a list.

use yew::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::components::lists::page_numbers::{PageItem, page_items};

/// Links to the previous page, to numbered pages and to the next page. `current` is the shown page;
/// `href` returns the address of a page. Empty if there is only one page.
pub fn pagination(current: u32, total_pages: u32, href: &dyn Fn(u32) -> String) -> Html {
    if total_pages <= 1 {
        return Html::default();
    }
    let current = current.clamp(1, total_pages);
    let previous = (current > 1).then(|| href(current - 1));
    let next = (current < total_pages).then(|| href(current + 1));
    let number = |page: u32| {
        let is_current = page == current;
        html! {
            <li class={classes!("page-item", is_current.then_some("active"))}>
                <a class="page-link" href={href(page)} aria-current={is_current.then_some("page")}>
                    <span class="visually-hidden">{ "Page " }</span>
                    { page }
                </a>
            </li>
        }
    };
    html! {
        <nav aria-label="Pages">
            <ul class="pagination">
                { step(previous, "prev", "Previous", Shape::ArrowLeft) }
                { for page_items(current, total_pages).into_iter().map(|item| match item {
                    PageItem::Page(page) => number(page),
                    PageItem::Ellipsis => inactive(html! { <span class="page-link">{ "…" }</span> }),
                }) }
                { step(next, "next", "Next", Shape::ArrowRight) }
            </ul>
        </nav>
    }
}

/// A link to the previous or next page. Without a page, an empty item keeps the row's width.
fn step(href: Option<String>, rel: &'static str, label: &'static str, shape: Shape) -> Html {
    let inside = html! {
        <>
            { icon(shape) }
            <span class="page-step-label">{ label }</span>
        </>
    };
    match href {
        Some(href) => html! {
            <li class="page-item">
                <a class="page-link page-step" {href} {rel} aria-label={format!("{label} page")}>
                    { inside }
                </a>
            </li>
        },
        None => inactive(html! { <span class="page-link page-step">{ inside }</span> }),
    }
}

fn inactive(inside: Html) -> Html {
    html! { <li class="page-item disabled" aria-hidden="true">{ inside }</li> }
}
