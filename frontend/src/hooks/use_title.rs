//! The title of the browser's tab.

use yew::prelude::*;

/// The name of the site, as titles end with it.
pub const SITE_NAME: &str = "FlashBlog";

/// `Page · FlashBlog`: what tells tabs and history entries apart comes first (WCAG 2.4.2).
#[must_use]
pub fn document_title(page: &str) -> String {
    let page = page.trim();
    if page.is_empty() {
        SITE_NAME.to_owned()
    } else {
        format!("{page} · {SITE_NAME}")
    }
}

/// Keeps the document's title at that of this page.
#[hook]
pub fn use_title(page: &str) {
    use_effect_with(document_title(page), |title| {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(title);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_comes_before_the_site() {
        assert_eq!(document_title("About"), "About · FlashBlog");
        assert_eq!(document_title("  "), "FlashBlog");
    }
}
