//! The built-in About page.

use yew::prelude::*;

use crate::components::page::Page;
use crate::components::session_panel::SessionPanel;
use crate::contexts::site::use_site;
use shared::route::Route;

/// Describes the site, how it is made, and the data that it keeps.
#[component]
pub fn AboutPage() -> Html {
    let site = use_site();
    let title = &site.title;
    html! {
        <Page title={Route::About.title()}>
            <article class="reading">
                <header class="page-head">
                    <h1>{ format!("About {title}") }</h1>
                    <p class="page-lead">{ "A small blog that takes its readers’ time seriously." }</p>
                </header>
                <div class="prose">
                    <h2>{ "What it is" }</h2>
                    <p>
                        { title }
                        { " shows posts from one source, which the owner of the site chooses: \
                           the posts that come with it, a folder of Markdown files, or another blog. \
                           The server removes scripts from them, and the pages are laid out for reading." }
                    </p>
                    <p>
                        { "Messages appear at the top right. Each one is shown once, says what \
                           happened, and goes away by itself." }
                    </p>
                    <h2>{ "How it is made" }</h2>
                    <p>
                        { "Two Rust programs share one set of types. A server built on axum answers a \
                           JSON API; this app, built on Yew and compiled to WebAssembly, shows what it \
                           answers. The API is open: everything that you read here is also JSON under " }
                        <code>{ "/api/v1" }</code>
                        { "." }
                    </p>
                    <h2>{ "What it knows of you" }</h2>
                    <ul>
                        <li>
                            { "One cookie holds a random session number. It keeps the list of posts in \
                               order while you read, and takes messages to the right reader." }
                        </li>
                        <li>
                            { "Your browser keeps your theme and two settings: whether single keys are \
                               shortcuts, and whether messages stay until you close them." }
                        </li>
                        <li>
                            { "Until you close the tab, it also keeps the messages that you were shown, \
                               how far you had scrolled on each page, and what you write in the contact \
                               form (your name, email address and message) until we have received it." }
                        </li>
                        <li>
                            { "Nothing is loaded from other sites, except pictures. Your visits are not \
                               counted." }
                        </li>
                    </ul>
                    <SessionPanel />
                    <h2>{ "For every reader" }</h2>
                    <p>
                        { "The pages follow the Web Content Accessibility Guidelines, version 2.2, at \
                           level AA. They work by keyboard, with screen readers, on narrow phones and \
                           in print, and hold still for readers who prefer less motion." }
                    </p>
                    <p><a href={Route::blogs().href()}>{ "Read the blogs" }</a></p>
                </div>
            </article>
        </Page>
    }
}
