//! What stands in for content on its way. Screen readers hear one sentence instead.

use yew::prelude::*;

/// A blog has about as many categories.
const CHIPS: usize = 7;

/// Cards without content, for the grid that the real ones will stand in.
pub fn card_skeletons(count: u32) -> Html {
    (0..count)
        .map(|_| {
            html! {
                <div class="card blog-card placeholder-glow" aria-hidden="true">
                    <div class="cover placeholder" />
                    <div class="card-body">{ bars(&["s", "title", "l", "m"]) }</div>
                </div>
            }
        })
        .collect()
}

/// Search results without words.
pub fn result_skeletons(count: u32) -> Html {
    (0..count)
        .map(|_| {
            html! {
                <div class="search-result placeholder-glow" aria-hidden="true">
                    { bars(&["s", "title", "l", "m"]) }
                </div>
            }
        })
        .collect()
}

/// Categories without names; `row` is the class of the list that the real ones will stand in.
pub fn chip_skeletons(row: &'static str) -> Html {
    html! {
        <div class={classes!(row, "placeholder-glow")} aria-hidden="true">
            { for (0..CHIPS).map(|_| html! { <span class="chip placeholder" /> }) }
        </div>
    }
}

/// Paragraphs without words.
pub fn text_skeleton() -> Html {
    html! {
        <div class="text-skeleton placeholder-glow" aria-hidden="true">
            { bars(&["l", "l", "m", "l", "l", "l", "s"]) }
        </div>
    }
}

/// A post without words.
pub fn post_skeleton() -> Html {
    html! {
        <article class="post">
            <h1 class="visually-hidden">{ "Loading the post…" }</h1>
            <div class="post-head placeholder-glow" aria-hidden="true">
                { bars(&["s", "heading", "m"]) }
            </div>
            <div class="post-cover placeholder-glow" aria-hidden="true">
                <div class="cover placeholder" />
            </div>
            { text_skeleton() }
        </article>
    }
}

/// The sentence that screen readers hear, as in “Loading the blogs…”.
pub fn loading(what: &str) -> Html {
    html! { <p class="visually-hidden" role="status">{ format!("Loading {what}…") }</p> }
}

/// A line across the top while old content waits for new.
pub fn progress_line() -> Html {
    html! {
        <>
            <div class="progress-line" aria-hidden="true" />
            { loading("the next page") }
        </>
    }
}

fn bars(widths: &[&str]) -> Html {
    widths
        .iter()
        .map(|width| html! { <span class={format!("placeholder skeleton-{width}")} /> })
        .collect()
}
