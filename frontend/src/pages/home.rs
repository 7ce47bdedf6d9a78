//! The home page.

use shared::blog::{BlogPage, CategoryList};
use yew::prelude::*;

use crate::api::{blogs, categories};
use crate::components::hero::hero;
use crate::components::home_text::HomeText;
use crate::components::icon::{Shape, icon};
use crate::components::lists::category_links::category_links;
use crate::components::page::Page;
use crate::components::post::blog_card::blog_card;
use crate::components::states::failure_view::failure_part;
use crate::components::states::freshness_notice::FreshnessNotice;
use crate::components::states::skeleton::{card_skeletons, chip_skeletons, loading};
use crate::contexts::site::{content_language, use_site};
use crate::hooks::loaded::Loaded;
use crate::hooks::use_arrival::Arrival;
use crate::hooks::use_load::{Load, use_load};
use shared::route::{BlogsQuery, FEATURED_POSTS, Route};
use shared::site::HOME_PAGE;

/// The hero, the site's own text, the featured posts and the categories. The requests run at the same
/// time. If one fails, the other parts are shown.
#[component]
pub fn HomePage() -> Html {
    let site = use_site();
    let featured = use_load(blogs::list(&BlogsQuery::featured()));
    let categories = use_load(categories::list());
    // A failure of the posts is not a failure of the page: the hero and the categories are there.
    let arrival = match featured.loaded {
        Loaded::Pending => Arrival::Partial,
        _ => Arrival::Ready,
    };
    html! {
        <Page title={Route::Home.title()} {arrival}>
            { hero(&site) }
            if site.has_page(HOME_PAGE) {
                <HomeText />
            }
            <section class="home-section" aria-labelledby="featured">
                <div class="section-head">
                    <h2 id="featured">{ "Featured posts" }</h2>
                    <a class="more-link" href={Route::blogs().href()}>
                        { "All posts" }
                        { icon(Shape::ArrowRight) }
                    </a>
                </div>
                { view_featured(&featured, content_language(&site)) }
            </section>
            { view_categories(&categories) }
        </Page>
    }
}

fn view_featured(featured: &Load<BlogPage>, lang: Option<AttrValue>) -> Html {
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
                if data.items.is_empty() && !data.freshness.stale {
                    <p class="empty">{ "There are no posts yet." }</p>
                }
                <div class="featured" {lang}>
                    { for data.items.iter().enumerate().map(|(index, blog)| blog_card(blog, 3, index == 0)) }
                </div>
            </>
        },
    }
}

/// Empty if the categories fail to load: the page is useful without them.
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
