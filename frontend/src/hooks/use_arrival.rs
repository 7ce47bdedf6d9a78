//! Arriving on a page: scroll position and focus.

use yew::prelude::*;
use yew_router::hooks::use_location;

use crate::contexts::places::Places;

/// How far a page is on its way to the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// The page before is still on the screen.
    Waiting,
    /// The page's frame is there, what belongs into it isn't.
    Partial,
    /// It is there.
    Ready,
    /// It won't be: the page says why.
    Failed,
}

/// Restores the scroll position and moves the focus once the page has something to show. Every page
/// calls this.
#[hook]
pub fn use_arrival(arrival: Arrival) {
    let places = use_context::<Places>();
    let location = use_location();
    // Two locations are equal only by id, which the first of a visit lacks.
    let address = location.as_ref().map(|location| {
        (
            location.id(),
            location.path().to_owned(),
            location.query_str().to_owned(),
            location.hash().to_owned(),
        )
    });
    use_effect_with((arrival, address), move |_| {
        if arrival != Arrival::Waiting
            && let (Some(places), Some(location)) = (places, location)
        {
            places.arrive(&location, arrival != Arrival::Partial);
        }
    });
}
