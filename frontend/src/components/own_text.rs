//! The text of a page of the site's own.

use shared::site::SitePage;
use yew::prelude::*;

use crate::components::post::post_text::PostText;

/// Empty without text.
pub fn own_text(page: &SitePage) -> Html {
    if page.content_html.trim().is_empty() {
        return Html::default();
    }
    html! {
        <PostText
            key={page.slug.as_str()}
            content_html={page.content_html.clone()}
            sections={Vec::new()}
        />
    }
}
