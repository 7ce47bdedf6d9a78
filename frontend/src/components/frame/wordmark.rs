//! The site's mark and name.

use yew::prelude::*;

/// A page with a flash across it, and the site's name.
pub fn wordmark() -> Html {
    html! {
        <span class="wordmark">
            <svg class="wordmark-mark" viewBox="2 2 28 28" aria-hidden="true" focusable="false">
                <rect class="wordmark-page" x="2" y="2" width="28" height="28" rx="8" />
                <path class="wordmark-flash" d="M18.5 5L8 18h6.5L12.5 27 24 13.500h-7z" />
            </svg>
            <span class="wordmark-name">{ "Flash" }<b>{ "Blog" }</b></span>
        </span>
    }
}
