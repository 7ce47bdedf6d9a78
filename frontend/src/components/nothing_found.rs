//! What to do when a search finds nothing.

use shared::route::Route;
use yew::prelude::*;

use crate::api::categories;
use crate::components::category_links::category_links;
use crate::hooks::use_load::use_load;

/// Advice, and the categories as another way in.
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
            // Without them the advice is still there.
            if let Some(list) = categories.loaded.data().filter(|list| !list.items.is_empty()) {
                <section class="home-section" aria-labelledby="categories">
                    <h2 id="categories">{ "Browse by category" }</h2>
                    { category_links(&list.items) }
                </section>
            }
        </div>
    }
}
