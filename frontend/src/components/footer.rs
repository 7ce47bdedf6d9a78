//! The foot of every page.

use yew::prelude::*;

use crate::components::navbar::sections;
use crate::components::wordmark::wordmark;

/// What the site is, and its pages once more.
pub fn footer() -> Html {
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
                    </ul>
                </nav>
            </div>
        </footer>
    }
}
