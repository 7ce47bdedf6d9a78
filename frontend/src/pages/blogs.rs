//! The list of posts.

use shared::blog::{BlogPage, CategoryList, DEFAULT_PER_PAGE};
use yew::prelude::*;

use crate::api::{blogs, categories};
use crate::components::icon::{Shape, icon};
use crate::components::lists::category_links::{category_filter, use_shown_chip_in_view};
use crate::components::lists::pagination::pagination;
use crate::components::page::{loaded_block, page_of};
use crate::components::post::blog_card::blog_card;
use crate::components::states::freshness_notice::FreshnessNotice;
use crate::components::states::skeleton::{card_skeletons, chip_skeletons, loading};
use crate::contexts::site::use_content_language;
use crate::hooks::loaded::Loaded;
use crate::hooks::use_load::use_load;
use shared::route::{BlogsQuery, Route};

/// The part of the list to show.
#[derive(Properties, PartialEq)]
pub struct BlogsPageProps {
    /// Page, category and tag, from the address.
    pub query: BlogsQuery,
}

/// Post cards, with the category filter above and the page links below.
#[component]
pub fn BlogsPage(props: &BlogsPageProps) -> Html {
    let query = &props.query;
    let language = use_content_language();
    let posts = use_load(blogs::list(query));
    let categories = use_load(categories::list());
    use_shown_chip_in_view(query, categories.loaded.data().is_some());
    page_of(&posts, Route::Blogs(query.clone()).title(), || {
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
                { view_filter(&categories.loaded, query) }
                { loaded_block(&posts, view_pending, |page| view_posts(page, query, language)) }
            </>
        }
    })
}

/// Empty if the categories fail to load: the list works without the filter.
fn view_filter(categories: &Loaded<CategoryList>, query: &BlogsQuery) -> Html {
    match categories {
        Loaded::Pending => chip_skeletons("chips chips-filter"),
        Loaded::Ready { data, .. } => category_filter(&data.items, query),
        Loaded::Failed { .. } => Html::default(),
    }
}

fn view_pending() -> Html {
    html! {
        <div class="blog-grid">
            { loading("the blogs") }
            { card_skeletons(DEFAULT_PER_PAGE) }
        </div>
    }
}

fn view_posts(page: &BlogPage, query: &BlogsQuery, lang: Option<AttrValue>) -> Html {
    html! {
        <>
            <FreshnessNotice freshness={page.freshness.clone()} />
            if page.items.is_empty() {
                { view_empty(query, page) }
            }
            <div class="blog-grid" {lang}>
                { for page.items.iter().enumerate().map(|(index, blog)| blog_card(blog, 2, index < 3)) }
            </div>
            { pagination(page.page, page.total_pages, &|page| {
                Route::Blogs(query.with_page(page)).href()
            }) }
        </>
    }
}

fn view_empty(query: &BlogsQuery, page: &BlogPage) -> Html {
    let words = match (&query.category, &query.tag) {
        (Some(category), Some(tag)) => format!("No posts in “{category}” tagged “{tag}”. "),
        (Some(category), None) => format!("No posts in “{category}”. "),
        (None, Some(tag)) => format!("No posts tagged “{tag}”. "),
        // The notice above says why the list is empty.
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
    use shared::page::Freshness;

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
                posts_so_far: None,
                source: "embedded".to_owned(),
            },
        };
        assert_eq!(count(&page), "18 posts, page 2 of 3");
        (page.page, page.total_items, page.total_pages) = (1, 1, 1);
        assert_eq!(count(&page), "1 post");
    }
}
