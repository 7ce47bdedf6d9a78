//! The page for an unknown address (404).

use yew::prelude::*;

use crate::api::session;
use crate::components::page::Page;
use crate::components::states::not_found_view::not_found_view;
use crate::hooks::use_arrival::Arrival;
use crate::hooks::use_load::use_load;

const HEADING: &str = "Page not found";

/// The page for every unknown address.
#[component]
pub fn NotFoundPage() -> Html {
    // The answer delivers the session's waiting flashes.
    let _ = use_load(session::show());
    html! { <Page title={HEADING} arrival={Arrival::Failed}>{ not_found_view(HEADING) }</Page> }
}
