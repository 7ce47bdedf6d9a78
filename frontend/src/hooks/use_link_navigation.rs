//! Links within the app.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlAnchorElement};
use yew::prelude::*;
use yew_router::AnyRoute;
use yew_router::hooks::use_navigator;
use yew_router::navigator::Navigator;

use crate::contexts::places::Places;
use shared::route::Route;

/// A click handler for the element around the whole app. Links are plain `<a href>`, in components
/// and in the text of posts alike; those to the app's own pages are followed without loading the
/// app again. Everything else stays the browser's: other sites, files, modified clicks.
#[hook]
pub fn use_link_navigation(places: Places) -> Callback<MouseEvent> {
    let navigator = use_navigator();
    Callback::from(move |event: MouseEvent| {
        if let Some(navigator) = &navigator {
            follow(&event, navigator, &places);
        }
    })
}

fn follow(event: &MouseEvent, navigator: &Navigator, places: &Places) {
    let is_plain = event.button() == 0
        && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key());
    if !is_plain || event.default_prevented() {
        return;
    }
    let Some(link) = clicked_link(event) else {
        return;
    };
    let Some(here) = web_sys::window().map(|window| window.location()) else {
        return;
    };
    let opens_here =
        matches!(link.target().as_str(), "" | "_self") && !link.has_attribute("download");
    if !opens_here || here.origin().ok() != Some(link.origin()) {
        return;
    }
    let (path, query) = (link.pathname(), link.search());
    let is_this_page =
        here.pathname().as_ref() == Ok(&path) && here.search().as_ref() == Ok(&query);
    if Route::parse(&path, &query) == Route::NotFound && !is_this_page {
        // The server has addresses of its own.
        return;
    }
    event.prevent_default();
    places.note();
    let target = AnyRoute::new(format!("{path}{query}{}", link.hash()));
    if is_this_page && here.hash().as_ref() == Ok(&link.hash()) {
        // As browsers do: no second entry in the history for where the reader already is.
        navigator.replace(&target);
    } else {
        navigator.push(&target);
    }
}

fn clicked_link(event: &MouseEvent) -> Option<HtmlAnchorElement> {
    event
        .target()?
        .dyn_into::<Element>()
        .ok()?
        .closest("a[href]")
        .ok()??
        .dyn_into()
        .ok()
}
