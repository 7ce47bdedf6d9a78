//! Placeholders for content that is loading. Screen readers read one sentence instead.

use yew::prelude::*;

/// The number of chips in the placeholder. Many blogs have about as many categories.
const CHIPS: usize = 7;

/// Placeholders for cards, to be put in the cards' grid.
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

/// Placeholders for search results.
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

/// Placeholders for category links. `row` is the class of the links' list.
pub fn chip_skeletons(row: &'static str) -> Html {
    html! {
        <div class={classes!(row, "placeholder-glow")} aria-hidden="true">
            { for (0..CHIPS).map(|_| html! { <span class="chip placeholder" /> }) }
        </div>
    }
}

/// Placeholders for paragraphs.
pub fn text_skeleton() -> Html {
    html! {
        <div class="text-skeleton placeholder-glow" aria-hidden="true">
            { bars(&["l", "l", "m", "l", "l", "l", "s"]) }
        </div>
    }
}

/// The placeholder for a whole post.
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

/// The sentence for screen readers: “Loading {what}…”.
pub fn loading(what: &str) -> Html {
    html! { <p class="visually-hidden" role="status">{ format!("Loading {what}…") }</p> }
}

/// A line at the top of the screen, while the previous content stays until the next arrives.
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
