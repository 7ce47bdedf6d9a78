//! A post in a list.

use shared::blog::BlogSummary;
use yew::prelude::*;

use crate::components::byline::byline;
use crate::components::cover::cover;
use shared::route::{BlogsQuery, Route};

/// Cover, category, title, summary and byline. All of it leads to the post, the category to its
/// list. `heading_level` is one below that of the heading above the list; `is_first`: it is in
/// sight when the page opens.
pub fn blog_card(blog: &BlogSummary, heading_level: u8, is_first: bool) -> Html {
    let category = Route::Blogs(BlogsQuery::category(&blog.category)).href();
    html! {
        <article key={blog.id.as_str()} class="card blog-card" data-testid="blog-card">
            { cover(blog, is_first) }
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
