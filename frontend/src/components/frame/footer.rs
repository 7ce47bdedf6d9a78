//! The foot of every page.

use yew::prelude::*;

use crate::components::frame::navbar::sections;
use crate::components::frame::wordmark::wordmark;

/// A line about the site, links to its pages, its feed and its API, and the keyboard shortcuts.
pub fn footer(on_shortcuts: Callback<MouseEvent>) -> Html {
    html! {
        <footer class="site-footer">
            <div class="container">
                <div>
                    { wordmark() }
                    <p class="site-footer-text">
                        { "Bright ideas, plainly written. Served by one small Rust program." }
                    </p>
                </div>
                <nav aria-label="Footer">
                    <ul class="site-footer-links">
                        { for sections().into_iter().map(|(label, route)| html! {
                            <li><a href={route.href()}>{ label }</a></li>
                        }) }
                        <li><a href="/feed.xml">{ "RSS feed" }</a></li>
                        <li><a href="/api/docs">{ "API" }</a></li>
                        <li>
                            <button type="button" class="link-button" id="show-shortcuts" onclick={on_shortcuts}>
                                { "Keyboard shortcuts" }
                            </button>
                        </li>
                    </ul>
                </nav>
            </div>
        </footer>
    }
}
