//! The list of suggestions below the search field.

use shared::search::SearchHit;
use yew::prelude::*;

use crate::components::search::marked_text::marked_title;
use crate::components::search::suggestions::Suggestions;

pub(super) const LIST_ID: &str = "search-suggestions";

/// The suggestions and a sentence about them. Both exist from the first render: screen readers announce
/// a change inside a live region, but often not a new region (WCAG 4.1.3).
pub(super) fn suggestion_list(state: &Suggestions, on_click: Callback<MouseEvent>) -> Html {
    let is_open = !state.posts().is_empty();
    html! {
        <div
            class={if state.is_shown() { "suggestions" } else { "visually-hidden" }}
            onclick={on_click}
        >
            <p class={if is_open { "visually-hidden" } else { "suggestions-words" }} role="status">
                { state.words() }
            </p>
            <div id={LIST_ID} role="listbox" aria-label="Suggestions" hidden={!is_open}>
                if is_open {
                    { for state.posts().iter().enumerate().map(|(index, hit)| {
                        view_post(state, index, hit)
                    }) }
                    { view_all_results(state) }
                }
            </div>
        </div>
    }
}

fn view_post(state: &Suggestions, index: usize, hit: &SearchHit) -> Html {
    let content = html! {
        <>
            <span class="suggestion-title">{ marked_title(hit) }</span>
            <span class="suggestion-category">{ &hit.summary.category }</span>
        </>
    };
    view_option(state, index, hit.summary.url.clone(), content)
}

fn view_all_results(state: &Suggestions) -> Html {
    let words = format!("All results for “{}”", state.text().trim());
    let content = html! { <span class="suggestion-all">{ words }</span> };
    let href = state.all_results().href();
    view_option(state, state.posts().len(), href, content)
}

/// An option is a link, so that the reader can open it in another tab. The keyboard focus stays in the
/// field.
fn view_option(state: &Suggestions, index: usize, href: String, content: Html) -> Html {
    let is_active = state.active() == Some(index);
    html! {
        <a
            id={option_id(index)}
            class="suggestion"
            role="option"
            tabindex="-1"
            aria-selected={if is_active { "true" } else { "false" }}
            {href}
        >
            { content }
        </a>
    }
}

pub(super) fn option_id(index: usize) -> String {
    format!("suggestion-{index}")
}
