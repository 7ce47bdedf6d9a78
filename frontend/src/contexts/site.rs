//! The context of the site's name, words, menu and pages.

use std::rc::Rc;

use shared::site::Site;
use yew::prelude::*;

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
