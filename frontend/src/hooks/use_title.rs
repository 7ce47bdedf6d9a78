//! The document's title.

use shared::route::document_title;
use yew::prelude::*;

/// Sets the document's title to that of this page.
#[hook]
pub fn use_title(page: &str) {
    use_effect_with(document_title(page), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(title);
        }
    });
}
