//! Related posts.

use shared::blog::BlogSummary;
use yew::prelude::*;

use crate::components::post::blog_card::blog_card;

/// A row of cards under a heading. Empty without posts. The cards are in `language`.
pub fn related_posts(blogs: &[BlogSummary], language: &Option<AttrValue>) -> Html {
    if blogs.is_empty() {
        return Html::default();
    }
    html! {
        <section class="related" aria-labelledby="related">
            <h2 id="related">{ "Related posts" }</h2>
            <div class="blog-grid" lang={language.clone()}>
                { for blogs.iter().map(|blog| blog_card(blog, 3, false)) }
            </div>
        </section>
    }
}
