//! The wrapper of every page: title, focus, and the states of the data that the page loads.

use yew::prelude::*;

use crate::components::states::failure_view::failure_page;
use crate::components::states::skeleton::progress_line;
use crate::components::states::stale_notice::stale_notice;
use crate::hooks::loaded::{Currency, Loaded};
use crate::hooks::use_arrival::{Arrival, use_arrival};
use crate::hooks::use_load::Load;
use crate::hooks::use_title::use_title;

/// A page's title, state and content.
#[derive(Properties, PartialEq)]
pub struct PageProps {
    /// The title, without the site's name.
    pub title: AttrValue,
    /// How much of the page is on the screen.
    #[prop_or(Arrival::Ready)]
    pub arrival: Arrival,
    /// The content.
    pub children: Html,
}

/// Sets the document's title. Sets the focus and the scroll position when the content is ready.
#[component]
pub fn Page(props: &PageProps) -> Html {
    use_title(&props.title);
    use_arrival(props.arrival);
    props.children.clone()
}

/// A page whose main part is `load`: `content` under `title`, or the failure instead.
pub fn page_of<T>(load: &Load<T>, title: String, content: impl FnOnce() -> Html) -> Html {
    let (title, children) = match &load.loaded {
        Loaded::Failed {
            failure,
            is_retrying,
        } => (
            AttrValue::Static(failure.headline()),
            failure_page(failure, *is_retrying, &load.retry),
        ),
        Loaded::Pending | Loaded::Ready { .. } => (title.into(), content()),
    };
    html! { <Page {title} arrival={load.loaded.arrival()}>{ children }</Page> }
}

/// The part of a page that shows `load`: `skeleton` until there is data, then `view` of the data.
/// Data of the previous request is dimmed, and stale data has a notice above it.
pub fn loaded_block<T>(
    load: &Load<T>,
    skeleton: impl FnOnce() -> Html,
    view: impl FnOnce(&T) -> Html,
) -> Html {
    match &load.loaded {
        Loaded::Ready { data, currency } => block(currency, &load.retry, view(data)),
        Loaded::Pending | Loaded::Failed { .. } => skeleton(),
    }
}

fn block(currency: &Currency, on_retry: &Callback<()>, content: Html) -> Html {
    let is_earlier = *currency == Currency::Earlier;
    html! {
        <div class={is_earlier.then_some("is-earlier")} aria-busy={is_earlier.then_some("true")}>
            if is_earlier {
                { progress_line() }
            }
            { stale_notice(currency, on_retry) }
            { content }
        </div>
    }
}
