//! Links within the app.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlAnchorElement};
use yew::prelude::*;

use crate::contexts::navigation::{Navigation, use_navigation};
use crate::contexts::scroll_positions::ScrollPositions;
use shared::route::Route;
use shared::site::Site;

/// A click handler for the element around the whole app of `site`. Links are plain `<a href>`, in
/// components and in posts. The app opens links to its own pages. The browser opens all others: links to
/// other sites, links to files, and clicks with a modifier key.
#[hook]
pub fn use_link_navigation(
    scroll_positions: ScrollPositions,
    site: Rc<Site>,
) -> Callback<MouseEvent> {
    let navigation = use_navigation();
    Callback::from(move |event: MouseEvent| follow(&event, &navigation, &scroll_positions, &site))
}

fn follow(
    event: &MouseEvent,
    navigation: &Navigation,
    scroll_positions: &ScrollPositions,
    site: &Site,
) {
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
    if site.resolve(Route::parse(&path, &query)) == Route::NotFound && !is_this_page {
        // The server answers this address: `/feed.xml`, a page added since, or an old address.
        return;
    }
    event.prevent_default();
    scroll_positions.keep_current();
    let target = format!("{path}{query}{}", link.hash());
    if is_this_page && here.hash().as_ref() == Ok(&link.hash()) {
        // Like browsers: no second history entry for the same address.
        navigation.replace(&target);
    } else {
        navigation.push(&target);
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
