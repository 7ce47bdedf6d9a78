//! The footer of every page.

use shared::site::{Site, SiteLink};
use yew::prelude::*;

use crate::components::frame::navbar::menu_label;
use crate::components::frame::wordmark::wordmark;
use crate::contexts::site::content_language;

/// A line about the site, links to its pages, its feed and its API, the keyboard shortcuts, and
/// links to other sites.
pub fn footer(site: &Site, on_shortcuts: Callback<MouseEvent>) -> Html {
    html! {
        <footer class="site-footer">
            <div class="container">
                <div>
                    { wordmark(site) }
                    <p class="site-footer-text" lang={content_language(site)}>{ &site.footer }</p>
                </div>
                <nav aria-label="Footer">
                    <ul class="site-footer-links">
                        { for site.menu.iter().map(|item| html! {
                            <li><a href={item.url.clone()}>{ menu_label(site, item) }</a></li>
                        }) }
                        { for site.links.iter().map(|link| site_link(site, link)) }
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

fn site_link(site: &Site, link: &SiteLink) -> Html {
    let rel = if link.me { "me noopener" } else { "noopener" };
    html! {
        <li><a href={link.url.clone()} {rel} lang={content_language(site)}>{ &link.label }</a></li>
    }
}
