//! The document's title.

use yew::prelude::*;

use crate::contexts::site::use_site;

/// Sets the document's title to that of this page.
#[hook]
pub fn use_title(page: &str) {
    let site = use_site();
    use_effect_with(site.document_title(page), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(title);
        }
    });
}
