//! Scroll position and focus when a page appears.

use yew::prelude::*;

use crate::contexts::navigation::use_navigation;
use crate::contexts::scroll_positions::ScrollPositions;

/// How much of a page is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing of it: the previous page is still there.
    Waiting,
    /// The page without its data.
    Partial,
    /// The whole page.
    Ready,
    /// The failure, instead of the content.
    Failed,
}

/// Restores the scroll position and moves the focus as soon as the page is on the screen.
#[hook]
pub fn use_arrival(arrival: Arrival) {
    let scroll_positions = use_context::<ScrollPositions>();
    let address = use_navigation().address;
    use_effect_with((arrival, address), move |(arrival, address)| {
        if *arrival != Arrival::Waiting
            && let Some(scroll_positions) = scroll_positions
        {
            scroll_positions.arrive(address, *arrival != Arrival::Partial);
        }
    });
}
