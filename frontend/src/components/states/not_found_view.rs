//! The view of a 404.

use yew::prelude::*;

use crate::components::icon::{Shape, icon};
use shared::route::Route;

/// A heading and links to other pages. The address stays, so that the reader can correct it.
pub fn not_found_view(heading: &'static str) -> Html {
    html! {
        <section class="trouble" data-testid="not-found">
            <p class="trouble-code" aria-hidden="true">{ "404" }</p>
            <h1 class="trouble-title">{ heading }</h1>
            <p class="trouble-text">
                { "Nothing is at this address. It may have moved, or the link may have a typing \
                   mistake in it." }
            </p>
            <div class="trouble-actions">
                <a class="btn btn-primary" href={Route::Home.href()}>
                    { icon(Shape::House) }
                    { "Go to the home page" }
                </a>
                <a class="btn btn-outline-primary" href={Route::blogs().href()}>
                    { "Browse all blogs" }
                </a>
            </div>
        </section>
    }
}
