//! One post.

use shared::blog::Blog;
use yew::prelude::*;

use crate::api::blogs;
use crate::components::contents::{is_long, sections};
use crate::components::failure_view::failure_page;
use crate::components::neighbours::neighbours;
use crate::components::not_found_view::not_found_view;
use crate::components::post_head::post_head;
use crate::components::post_text::PostText;
use crate::components::related_posts::related_posts;
use crate::components::share_links::ShareLinks;
use crate::components::skeleton::{loading, post_skeleton, progress_line, text_skeleton};
use crate::components::tag_list::tag_list;
use crate::components::unrenewed_notice::unrenewed_notice;
use crate::contexts::api::use_client;
use crate::hooks::use_arrival::use_arrival;
use crate::hooks::use_load::{Load, Loaded, Standing, use_load};
use crate::hooks::use_prefetch::use_prefetch;
use crate::hooks::use_title::use_title;

/// Which post.
#[derive(Properties, PartialEq)]
pub struct BlogPageProps {
    /// The post's id.
    pub id: String,
}

/// A post with its neighbours and those related to it. What a list of this visit has already told
/// about it is there at once, and the text follows.
#[component]
pub fn BlogPage(props: &BlogPageProps) -> Html {
    let client = use_client();
    let post = use_load(blogs::one(&props.id));
    let known = match post.loaded {
        Loaded::Pending => blogs::known_summary(&client, &props.id),
        _ => None,
    };

    let title = match (&post.loaded, &known) {
        (Loaded::Ready { data, .. }, _) => &data.summary.title,
        (Loaded::Failed { failure, .. }, _) if failure.is_not_found() => NOT_FOUND,
        (Loaded::Failed { failure, .. }, _) => failure.headline(),
        (Loaded::Pending, Some(known)) => &known.title,
        (Loaded::Pending, None) => "Blog",
    };
    use_title(title);
    use_arrival(post.loaded.arrival());
    use_prefetch(match &post.loaded {
        Loaded::Ready { data, .. } => data.next.as_ref().map(|next| next.id.as_str()),
        _ => None,
    });

    match (&post.loaded, known) {
        (Loaded::Ready { data, standing }, _) => view_post(data, standing, &post),
        (Loaded::Failed { failure, .. }, _) if failure.is_not_found() => not_found_view(NOT_FOUND),
        (
            Loaded::Failed {
                failure,
                is_retrying,
            },
            _,
        ) => failure_page(failure, *is_retrying, &post.retry),
        (Loaded::Pending, Some(blog)) => html! {
            <article class="post">
                { loading("the post") }
                { post_head(&blog) }
                { text_skeleton() }
            </article>
        },
        (Loaded::Pending, None) => post_skeleton(),
    }
}

const NOT_FOUND: &str = "Blog not found";

fn view_post(blog: &Blog, standing: &Standing, post: &Load<Blog>) -> Html {
    let is_earlier = *standing == Standing::Earlier;
    html! {
        <div class={is_earlier.then_some("is-earlier")} aria-busy={is_earlier.then_some("true")}>
            if is_earlier {
                { progress_line() }
            }
            { unrenewed_notice(standing, &post.retry) }
            <article class={classes!("post", is_long(blog).then_some("post-long"))}>
                { post_head(&blog.summary) }
                <PostText
                    key={blog.summary.id.as_str()}
                    content_html={blog.content_html.clone()}
                    sections={sections(blog)}
                />
                { tag_list(&blog.tags) }
                <ShareLinks
                    key={blog.summary.id.as_str()}
                    title={blog.summary.title.clone()}
                    url={blog.summary.url.clone()}
                />
            </article>
            { neighbours(blog) }
            { related_posts(&blog.related) }
        </div>
    }
}
