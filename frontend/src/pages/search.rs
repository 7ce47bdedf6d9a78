//! The results of a search.

use shared::blog::DEFAULT_PER_PAGE;
use shared::route::{Route, SearchQuery};
use shared::search::SearchPage as ResultsPage;
use yew::prelude::*;

use crate::api::search;
use crate::components::failure_view::failure_page;
use crate::components::freshness_notice::FreshnessNotice;
use crate::components::nothing_found::NothingFound;
use crate::components::pagination::pagination;
use crate::components::search_result::search_result;
use crate::components::skeleton::{loading, progress_line, result_skeletons};
use crate::components::unrenewed_notice::unrenewed_notice;
use crate::hooks::use_arrival::use_arrival;
use crate::hooks::use_load::{Load, Loaded, Standing, use_load};
use crate::hooks::use_title::use_title;

/// Which results.
#[derive(Properties, PartialEq)]
pub struct SearchPageProps {
    /// Text and page, from the address.
    pub query: SearchQuery,
}

/// The posts that match, best first, with what matches marked.
#[component]
pub fn SearchPage(props: &SearchPageProps) -> Html {
    let query = &props.query;
    let results = use_load(search::page(query));
    use_title(&match &results.loaded {
        Loaded::Failed { failure, .. } => failure.headline().to_owned(),
        _ => Route::Search(query.clone()).title(),
    });
    use_arrival(results.loaded.arrival());

    if let Loaded::Failed {
        failure,
        is_retrying,
    } = &results.loaded
    {
        return failure_page(failure, *is_retrying, &results.retry);
    }
    html! {
        <div class="reading">
            <header class="page-head">
                <h1>{ format!("Search: {}", query.text) }</h1>
                <p class="page-lead" id="search-count" role="status">
                    { results.loaded.data().map(|page| count(page)).unwrap_or_default() }
                </p>
            </header>
            { view_results(&results, query) }
        </div>
    }
}

fn view_results(results: &Load<ResultsPage>, query: &SearchQuery) -> Html {
    let Loaded::Ready { data, standing } = &results.loaded else {
        return html! {
            <>
                { loading("the results") }
                { result_skeletons(DEFAULT_PER_PAGE) }
            </>
        };
    };
    let is_earlier = *standing == Standing::Earlier;
    html! {
        <div class={is_earlier.then_some("is-earlier")} aria-busy={is_earlier.then_some("true")}>
            if is_earlier {
                { progress_line() }
            }
            { unrenewed_notice(standing, &results.retry) }
            <FreshnessNotice freshness={data.freshness.clone()} />
            // Without any copy of the blogs there is nothing to advise.
            if data.items.is_empty() && !data.freshness.stale {
                <NothingFound />
            }
            <ol class="search-results">{ for data.items.iter().map(search_result) }</ol>
            { pagination(data.page, data.total_pages, &|page| {
                Route::Search(query.with_page(page)).href()
            }) }
        </div>
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
    use shared::blog::Freshness;

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
