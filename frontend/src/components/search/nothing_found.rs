//! Advice after a search without results.

use shared::route::Route;
use yew::prelude::*;

use crate::api::categories;
use crate::components::lists::category_links::category_links;
use crate::hooks::use_load::use_load;

/// Advice, and links to the categories.
#[component]
pub fn NothingFound() -> Html {
    let categories = use_load(categories::list());
    html! {
        <div data-testid="nothing-found">
            <p>
                { "Every word has to be in a post. Fewer or more general words find more; a part \
                   of a word is enough. Or look through " }
                <a href={Route::blogs().href()}>{ "all posts" }</a>
                { "." }
            </p>
            // The advice needs no categories.
            if let Some(list) = categories.loaded.data().filter(|list| !list.items.is_empty()) {
                <section class="home-section" aria-labelledby="categories">
                    <h2 id="categories">{ "Browse by category" }</h2>
                    { category_links(&list.items) }
                </section>
            }
        </div>
    }
}
