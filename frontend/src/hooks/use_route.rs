//! The route of the current address.

use shared::route::Route;
use shared::site::Site;
use yew::prelude::*;
use yew_router::AnyRoute;
use yew_router::hooks::{use_location, use_navigator};

/// The page of the site to show. A redirecting address is replaced in the history, so that Back skips it.
#[hook]
pub fn use_route(site: &Site) -> Route {
    let navigator = use_navigator();
    let route = use_location().map_or(Route::Home, |location| {
        site.resolve(Route::parse(location.path(), location.query_str()))
    });
    let target = route.redirect();
    use_effect_with(target.clone(), move |target| {
        if let (Some(target), Some(navigator)) = (target, navigator) {
            navigator.replace(&AnyRoute::new(target.href()));
        }
    });
    target.unwrap_or(route)
}
