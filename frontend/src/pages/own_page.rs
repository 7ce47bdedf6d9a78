//! One of the site's own pages, such as an imprint.

use shared::route::Route;
use shared::site::SitePage;
use yew::prelude::*;

use crate::api::site;
use crate::components::own_text::own_text;
use crate::components::page::{Page, loaded_block, page_of};
use crate::components::states::not_found_view::not_found_view;
use crate::components::states::skeleton::post_skeleton;
use crate::contexts::site::use_content_language;
use crate::hooks::loaded::Loaded;
use crate::hooks::use_arrival::Arrival;
use crate::hooks::use_load::use_load;

const NOT_FOUND: &str = "Page not found";

/// The page to show.
#[derive(Properties, PartialEq)]
pub struct OwnPageProps {
    /// The page's slug.
    pub slug: String,
}

/// Title, description and text.
#[component]
pub fn OwnPage(props: &OwnPageProps) -> Html {
    let load = use_load(site::page(&props.slug));
    let language = use_content_language();
    let title = match &load.loaded {
        Loaded::Ready { data, .. } => data.title.clone(),
        Loaded::Failed { failure, .. } if failure.is_not_found() => {
            return html! {
                <Page title={NOT_FOUND} arrival={Arrival::Failed}>{ not_found_view(NOT_FOUND) }</Page>
            };
        }
        Loaded::Failed { .. } | Loaded::Pending => Route::page(&props.slug).title(),
    };
    page_of(&load, title, || {
        loaded_block(&load, post_skeleton, |page| view(page, language))
    })
}

fn view(page: &SitePage, lang: Option<AttrValue>) -> Html {
    html! {
        <article class="reading" {lang}>
            <header class="page-head">
                <h1>{ &page.title }</h1>
                if let Some(description) = &page.description {
                    <p class="page-lead">{ description }</p>
                }
            </header>
            { own_text(page) }
        </article>
    }
}
