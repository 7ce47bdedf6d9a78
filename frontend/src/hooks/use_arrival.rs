//! Arriving on a page: scroll position and focus.

use yew::prelude::*;
use yew_router::hooks::use_location;

use crate::contexts::scroll_positions::ScrollPositions;

/// How much of a page is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing: the page before is still there.
    Waiting,
    /// The frame, without its content.
    Partial,
    /// Everything.
    Ready,
    /// The reason why there is no content.
    Failed,
}

/// Restores the scroll position and moves the focus as soon as the page is on the screen.
#[hook]
pub fn use_arrival(arrival: Arrival) {
    let scroll_positions = use_context::<ScrollPositions>();
    let location = use_location();
    // Locations compare by id, and the first of a visit has none.
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
            && let (Some(scroll_positions), Some(location)) = (scroll_positions, location)
        {
            scroll_positions.arrive(&location, arrival != Arrival::Partial);
        }
    });
}
