//! The route of the current address.

use shared::route::Route;
use shared::site::Site;
use yew::prelude::*;

use crate::contexts::navigation::use_navigation;

/// The page to show for the current address. An address that redirects is replaced in the history, so
/// that Back skips it.
#[hook]
pub fn use_route(site: &Site) -> Route {
    let navigation = use_navigation();
    let address = &navigation.address;
    let route = site.resolve(Route::parse(&address.path, &address.query));
    let target = route.redirect();
    use_effect_with(target.clone(), move |target| {
        if let Some(target) = target {
            navigation.replace(&target.href());
        }
    });
    target.unwrap_or(route)
}
