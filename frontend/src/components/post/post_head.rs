//! The head of a post.

use shared::blog::{BlogSummary, COVER_SIZES};
use yew::prelude::*;

use crate::components::post::byline::byline_with_avatar;
use crate::components::post::cover::cover;
use shared::route::{BlogsQuery, Route};

/// Category, title, subtitle, byline and cover.
pub fn post_head(blog: &BlogSummary) -> Html {
    let category = Route::Blogs(BlogsQuery::category(&blog.category)).href();
    html! {
        <>
            <header class="post-head">
                <a class="eyebrow" href={category}>{ &blog.category }</a>
                <h1>{ &blog.title }</h1>
                if let Some(subtitle) = &blog.subtitle {
                    <p class="page-lead">{ subtitle }</p>
                }
                { byline_with_avatar(blog) }
            </header>
            <div class="post-cover">{ cover(blog, COVER_SIZES, true) }</div>
        </>
    }
}
