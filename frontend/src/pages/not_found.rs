//! 404: no page is at this address.

use yew::prelude::*;

use crate::api::session;
use crate::components::not_found_view::not_found_view;
use crate::hooks::use_arrival::{Arrival, use_arrival};
use crate::hooks::use_load::use_load;
use crate::hooks::use_title::use_title;

const HEADING: &str = "Page not found";

/// The page for every address that none of the others is at.
#[component]
pub fn NotFoundPage() -> Html {
    use_title(HEADING);
    use_arrival(Arrival::Failed);
    // For the messages that come with it.
    let _ = use_load(session::show());
    not_found_view(HEADING)
}
