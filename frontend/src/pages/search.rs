//! The results of a search.

use shared::blog::DEFAULT_PER_PAGE;
use shared::route::{Route, SearchQuery};
use shared::search::SearchPage as ResultsPage;
use yew::prelude::*;

use crate::api::search;
use crate::components::lists::pagination::pagination;
use crate::components::page::{loaded_block, page_of};
use crate::components::search::nothing_found::NothingFound;
use crate::components::search::search_result::search_result;
use crate::components::states::freshness_notice::FreshnessNotice;
use crate::components::states::skeleton::{loading, result_skeletons};
use crate::contexts::site::use_content_language;
use crate::hooks::use_load::use_load;

/// The results to show.
#[derive(Properties, PartialEq)]
pub struct SearchPageProps {
    /// Text and page, from the address.
    pub query: SearchQuery,
}

/// The matching posts, best first. The matching words are marked.
#[component]
pub fn SearchPage(props: &SearchPageProps) -> Html {
    let query = &props.query;
    let language = use_content_language();
    let results = use_load(search::page(query));
    page_of(&results, Route::Search(query.clone()).title(), || {
        html! {
            <div class="reading">
                <header class="page-head">
                    <h1>{ format!("Search: {}", query.text) }</h1>
                    <p class="page-lead" id="search-count" role="status">
                        { results.loaded.data().map(|page| count(page)).unwrap_or_default() }
                    </p>
                </header>
                { loaded_block(&results, view_pending, |page| view_results(page, query, language)) }
            </div>
        }
    })
}

fn view_pending() -> Html {
    html! {
        <>
            { loading("the results") }
            { result_skeletons(DEFAULT_PER_PAGE) }
        </>
    }
}

fn view_results(page: &ResultsPage, query: &SearchQuery, lang: Option<AttrValue>) -> Html {
    html! {
        <>
            <FreshnessNotice freshness={page.freshness.clone()} />
            // On a stale list the notice above explains: other words may not help.
            if page.items.is_empty() && !page.freshness.stale {
                <NothingFound />
            }
            <ol class="search-results" {lang}>{ for page.items.iter().map(search_result) }</ol>
            { pagination(page.page, page.total_pages, &|page| {
                Route::Search(query.with_page(page)).href()
            }) }
        </>
    }
}

fn count(page: &ResultsPage) -> String {
    let matches = match page.total_items {
        0 => "No post matches".to_owned(),
        1 => "1 post matches".to_owned(),
        posts => format!("{posts} posts match"),
    };
    if page.total_pages > 1 {
        format!("{matches}, page {} of {}", page.page, page.total_pages)
    } else {
        matches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::page::Freshness;

    #[test]
    fn the_count_says_how_many_match_and_which_page_of_them_this_is() {
        let mut page = ResultsPage {
            items: Vec::new(),
            page: 2,
            per_page: 6,
            total_items: 8,
            total_pages: 2,
            has_prev: true,
            has_next: false,
            freshness: Freshness {
                fetched_at: None,
                stale: false,
                posts_so_far: None,
                source: "embedded".to_owned(),
            },
        };
        assert_eq!(count(&page), "8 posts match, page 2 of 2");
        (page.page, page.total_items, page.total_pages) = (1, 1, 1);
        assert_eq!(count(&page), "1 post matches");
        page.total_items = 0;
        assert_eq!(count(&page), "No post matches");
    }
}
