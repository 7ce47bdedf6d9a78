//! The list of posts.

use shared::blog::{BlogPage, DEFAULT_PER_PAGE};
use yew::prelude::*;

use crate::api::{blogs, categories};
use crate::components::blog_card::blog_card;
use crate::components::category_links::{category_filter, use_shown_chip_in_view};
use crate::components::failure_view::failure_page;
use crate::components::freshness_notice::FreshnessNotice;
use crate::components::icon::{Shape, icon};
use crate::components::pagination::pagination;
use crate::components::skeleton::{card_skeletons, chip_skeletons, loading, progress_line};
use crate::components::unrenewed_notice::unrenewed_notice;
use crate::hooks::use_arrival::use_arrival;
use crate::hooks::use_load::{Load, Loaded, Standing, use_load};
use crate::hooks::use_title::use_title;
use shared::route::{BlogsQuery, Route};

/// Which part of the list.
#[derive(Properties, PartialEq)]
pub struct BlogsPageProps {
    /// Page, category and tag, from the address.
    pub query: BlogsQuery,
}

/// Cards, six a page, with the categories above and the other pages below.
#[component]
pub fn BlogsPage(props: &BlogsPageProps) -> Html {
    let query = &props.query;
    let posts = use_load(blogs::list(query, DEFAULT_PER_PAGE));
    let categories = use_load(categories::list());
    use_title(&match &posts.loaded {
        Loaded::Failed { failure, .. } => failure.headline().to_owned(),
        _ => Route::Blogs(query.clone()).title(),
    });
    use_arrival(posts.loaded.arrival());
    use_shown_chip_in_view(query, categories.loaded.data().is_some());

    if let Loaded::Failed {
        failure,
        is_retrying,
    } = &posts.loaded
    {
        return failure_page(failure, *is_retrying, &posts.retry);
    }
    html! {
        <>
            <header class="page-head">
                if query.tag.is_some() {
                    <a class="back-link" href={Route::blogs().href()}>
                        { icon(Shape::ArrowLeft) }
                        { "All posts" }
                    </a>
                }
                <h1>{ Route::Blogs(query.with_page(1)).title() }</h1>
                <p class="page-lead" id="blogs-count">
                    { posts.loaded.data().map(|page| count(page)).unwrap_or_default() }
                </p>
            </header>
            { match &categories.loaded {
                Loaded::Pending => chip_skeletons("chips chips-filter"),
                Loaded::Ready { data, .. } => category_filter(&data.items, query),
                // The list is there without it.
                Loaded::Failed { .. } => Html::default(),
            } }
            { view_posts(&posts, query) }
        </>
    }
}

fn view_posts(posts: &Load<BlogPage>, query: &BlogsQuery) -> Html {
    let Loaded::Ready { data, standing } = &posts.loaded else {
        return html! {
            <div class="blog-grid">
                { loading("the blogs") }
                { card_skeletons(DEFAULT_PER_PAGE) }
            </div>
        };
    };
    let is_earlier = *standing == Standing::Earlier;
    html! {
        <div class={is_earlier.then_some("is-earlier")} aria-busy={is_earlier.then_some("true")}>
            if is_earlier {
                { progress_line() }
            }
            { unrenewed_notice(standing, &posts.retry) }
            <FreshnessNotice freshness={data.freshness.clone()} />
            if data.items.is_empty() {
                { view_empty(query, data) }
            }
            <div class="blog-grid">
                { for data.items.iter().enumerate().map(|(at, blog)| blog_card(blog, 2, at < 3)) }
            </div>
            { pagination(data.page, data.total_pages, &|page| {
                Route::Blogs(query.with_page(page)).href()
            }) }
        </div>
    }
}

fn view_empty(query: &BlogsQuery, page: &BlogPage) -> Html {
    let words = match (&query.category, &query.tag) {
        (Some(category), Some(tag)) => format!("No posts in “{category}” tagged “{tag}”. "),
        (Some(category), None) => format!("No posts in “{category}”. "),
        (None, Some(tag)) => format!("No posts tagged “{tag}”. "),
        // The notice above has said it.
        (None, None) if page.freshness.stale => return Html::default(),
        (None, None) => return html! { <p class="empty">{ "There are no posts yet." }</p> },
    };
    html! {
        <p class="empty">
            { words }
            <a href={Route::blogs().href()}>{ "Show all posts" }</a>
        </p>
    }
}

fn count(page: &BlogPage) -> String {
    let noun = if page.total_items == 1 {
        "post"
    } else {
        "posts"
    };
    if page.total_pages > 1 {
        format!(
            "{} {noun}, page {} of {}",
            page.total_items, page.page, page.total_pages
        )
    } else {
        format!("{} {noun}", page.total_items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::blog::Freshness;

    #[test]
    fn the_count_names_the_page_only_where_there_are_several() {
        let mut page = BlogPage {
            items: Vec::new(),
            page: 2,
            per_page: 6,
            total_items: 18,
            total_pages: 3,
            has_prev: true,
            has_next: true,
            freshness: Freshness {
                fetched_at: None,
                stale: false,
                source: "embedded".to_owned(),
            },
        };
        assert_eq!(count(&page), "18 posts, page 2 of 3");
        (page.page, page.total_items, page.total_pages) = (1, 1, 1);
        assert_eq!(count(&page), "1 post");
    }
}
