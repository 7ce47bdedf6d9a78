//! A post's card.

use shared::blog::{BlogSummary, CARD_SIZES};
use yew::prelude::*;

use crate::components::post::byline::byline;
use crate::components::post::cover::cover;
use shared::route::{BlogsQuery, Route};

/// Cover, category, title, summary and byline. The whole card links to the post, and the category to
/// its list. `heading_level` is the level of the title's heading. `is_first` means that the card is
/// visible when the page opens.
pub fn blog_card(blog: &BlogSummary, heading_level: u8, is_first: bool) -> Html {
    let category = Route::Blogs(BlogsQuery::category(&blog.category)).href();
    html! {
        <article key={blog.id.as_str()} class="card blog-card" data-testid="blog-card">
            { cover(blog, CARD_SIZES, is_first) }
            <div class="card-body">
                <a class="eyebrow" href={category}>{ &blog.category }</a>
                <@{format!("h{heading_level}")} class="card-title">
                    <a class="stretched-link" href={blog.url.clone()}>{ &blog.title }</a>
                </@>
                if !blog.summary.is_empty() {
                    <p class="card-text">{ &blog.summary }</p>
                }
                { byline(blog) }
            </div>
        </article>
    }
}
