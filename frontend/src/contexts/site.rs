//! The context of the site's name, words, menu and pages.

use std::rc::Rc;

use shared::site::Site;
use yew::prelude::*;

use crate::api::site;
use crate::hooks::use_load::use_load;

/// Makes the app's context. The document contains the answer, so that the first render has it. Without
/// an answer the built-in words are shown.
#[hook]
pub fn use_site_of_server() -> Rc<Site> {
    let load = use_load(site::show());
    match load.loaded.data() {
        Some(site) => Rc::clone(site),
        None => Rc::default(),
    }
}

/// The site, from the nearest `ContextProvider<Rc<Site>>`.
#[hook]
pub fn use_site() -> Rc<Site> {
    use_context().unwrap_or_default()
}

/// The `lang` of words in the site's own language (WCAG 3.1.2). None on an English site, where the words
/// around them are English too.
#[hook]
pub fn use_content_language() -> Option<AttrValue> {
    content_language(&use_site())
}

/// The same for a known site.
pub fn content_language(site: &Site) -> Option<AttrValue> {
    site.foreign_language()
        .map(|language| AttrValue::from(language.to_owned()))
}
