//! The site's own text on the home page.

use shared::site::HOME_PAGE;
use yew::prelude::*;

use crate::api::site;
use crate::components::own_text::own_text;
use crate::contexts::site::use_content_language;
use crate::hooks::use_load::use_load;

/// The text of the page `home`. Empty until it is loaded: the posts below do not wait for it.
#[component]
pub fn HomeText() -> Html {
    let lang = use_content_language();
    let load = use_load(site::page(HOME_PAGE));
    match load.loaded.data() {
        Some(page) => html! {
            <section class="home-section reading" aria-label={page.title.clone()} {lang}>{ own_text(page) }</section>
        },
        None => Html::default(),
    }
}
