//! The page that the address names.

use shared::route::Route;
use yew::prelude::*;
use yew_router::AnyRoute;
use yew_router::hooks::{use_location, use_navigator};

/// The page to show. An address that leads to another page is replaced by that page's, so that Back
/// passes it by.
#[hook]
pub fn use_route() -> Route {
    let navigator = use_navigator();
    let route = use_location().map_or(Route::Home, |location| {
        Route::parse(location.path(), location.query_str())
    });
    let target = route.leads_to();
    use_effect_with(target.clone(), move |target| {
        if let (Some(target), Some(navigator)) = (target, navigator) {
            navigator.replace(&AnyRoute::new(target.href()));
        }
    });
    target.unwrap_or(route)
}
