//! The start page.

use shared::blog::{BlogPage, CategoryList};
use yew::prelude::*;

use crate::api::{blogs, categories};
use crate::components::blog_card::blog_card;
use crate::components::category_links::category_links;
use crate::components::failure_view::failure_part;
use crate::components::freshness_notice::FreshnessNotice;
use crate::components::hero::hero;
use crate::components::icon::{Shape, icon};
use crate::components::skeleton::{card_skeletons, chip_skeletons, loading};
use crate::hooks::use_arrival::{Arrival, use_arrival};
use crate::hooks::use_load::{Load, Loaded, use_load};
use crate::hooks::use_title::use_title;
use shared::route::{BlogsQuery, FEATURED_POSTS, Route};

/// The hero, the newest posts and the categories. The two requests don't wait for each other, and
/// each part says itself when it can't be shown.
#[component]
pub fn HomePage() -> Html {
    use_title("Home");
    let featured = use_load(blogs::list(&BlogsQuery::default(), FEATURED_POSTS));
    let categories = use_load(categories::list());
    use_arrival(match featured.loaded {
        Loaded::Pending => Arrival::Partial,
        _ => Arrival::Ready,
    });
    html! {
        <>
            { hero() }
            <section class="home-section" aria-labelledby="featured">
                <div class="section-head">
                    <h2 id="featured">{ "Featured posts" }</h2>
                    <a class="more-link" href={Route::blogs().href()}>
                        { "All posts" }
                        { icon(Shape::ArrowRight) }
                    </a>
                </div>
                { view_featured(&featured) }
            </section>
            { view_categories(&categories) }
        </>
    }
}

fn view_featured(featured: &Load<BlogPage>) -> Html {
    match &featured.loaded {
        Loaded::Pending => html! {
            <div class="featured">
                { loading("the featured posts") }
                { card_skeletons(FEATURED_POSTS) }
            </div>
        },
        Loaded::Failed {
            failure,
            is_retrying,
        } => failure_part(failure, *is_retrying, &featured.retry),
        Loaded::Ready { data, .. } => html! {
            <>
                <FreshnessNotice freshness={data.freshness.clone()} />
                if data.items.is_empty() {
                    <p class="empty">{ "There are no posts yet." }</p>
                }
                <div class="featured">
                    { for data.items.iter().enumerate().map(|(at, blog)| blog_card(blog, 3, at == 0)) }
                </div>
            </>
        },
    }
}

/// Nothing where they can't be shown: the posts above are what counts.
fn view_categories(categories: &Load<CategoryList>) -> Html {
    let links = match &categories.loaded {
        Loaded::Pending => chip_skeletons("chips"),
        Loaded::Ready { data, .. } if !data.items.is_empty() => category_links(&data.items),
        _ => return Html::default(),
    };
    html! {
        <section class="home-section" aria-labelledby="categories">
            <h2 id="categories">{ "Browse by category" }</h2>
            { links }
        </section>
    }
}
