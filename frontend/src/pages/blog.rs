//! One post.

use shared::blog::{Blog, BlogSummary};
use yew::prelude::*;

use crate::api::blogs;
use crate::components::page::{Page, loaded_block, page_of};
use crate::components::post::contents::{is_long, sections};
use crate::components::post::neighbours::neighbours;
use crate::components::post::post_head::post_head;
use crate::components::post::post_text::PostText;
use crate::components::post::related_posts::related_posts;
use crate::components::post::share_links::ShareLinks;
use crate::components::post::tag_list::tag_list;
use crate::components::states::not_found_view::not_found_view;
use crate::components::states::skeleton::{loading, post_skeleton, text_skeleton};
use crate::contexts::client::use_client;
use crate::contexts::navigation::use_navigation;
use crate::contexts::site::use_content_language;
use crate::hooks::loaded::{Currency, Loaded};
use crate::hooks::use_arrival::Arrival;
use crate::hooks::use_load::use_load;
use crate::hooks::use_prefetch::use_prefetch;
use shared::route::Route;

const NOT_FOUND: &str = "Blog not found";

/// The post to show.
#[derive(Properties, PartialEq)]
pub struct BlogPageProps {
    /// The post's id.
    pub id: String,
}

/// A post with its neighbours and related posts. If an earlier answer of this visit contained the
/// post's summary, title and picture are shown at once, and the text follows.
#[component]
pub fn BlogPage(props: &BlogPageProps) -> Html {
    let client = use_client();
    let language = use_content_language();
    let post = use_load(blogs::one(&props.id));
    use_own_address(&post.loaded, &props.id);
    use_prefetch(match &post.loaded {
        Loaded::Ready { data, .. } => data.next.as_ref().map(|next| next.id.as_str()),
        _ => None,
    });
    let (title, summary) = match &post.loaded {
        Loaded::Ready { data, .. } => (data.summary.title.clone(), None),
        Loaded::Failed { failure, .. } if failure.is_not_found() => {
            return html! {
                <Page title={NOT_FOUND} arrival={Arrival::Failed}>{ not_found_view(NOT_FOUND) }</Page>
            };
        }
        Loaded::Failed { .. } | Loaded::Pending => {
            let id = props.id.clone();
            match blogs::known_summary(&client, &id) {
                Some(known) => (known.title.clone(), Some(known)),
                None => (Route::Blog { id }.title(), None),
            }
        }
    };
    page_of(&post, title, || {
        loaded_block(
            &post,
            || view_pending(summary.as_ref()),
            |post| view_post(post, &language),
        )
    })
}

/// Replaces an old address of the post, under which it was found, with its current one.
#[hook]
fn use_own_address(post: &Loaded<Blog>, id: &str) {
    let own = match post {
        Loaded::Ready {
            data,
            currency: Currency::Current,
        } if data.summary.id != id => Some(data.summary.url.clone()),
        _ => None,
    };
    let navigation = use_navigation();
    use_effect_with(own, move |own| {
        if let Some(own) = own {
            navigation.replace(own);
        }
    });
}

fn view_pending(summary: Option<&BlogSummary>) -> Html {
    match summary {
        Some(summary) => html! {
            <article class="post">
                { loading("the post") }
                { post_head(summary) }
                { text_skeleton() }
            </article>
        },
        None => post_skeleton(),
    }
}

fn view_post(blog: &Blog, language: &Option<AttrValue>) -> Html {
    html! {
        <>
            <article class={classes!("post", is_long(blog).then_some("post-long"))} lang={language.clone()}>
                { post_head(&blog.summary) }
                <PostText
                    key={blog.summary.id.as_str()}
                    content_html={blog.content_html.clone()}
                    sections={sections(blog)}
                />
                { tag_list(&blog.tags, language) }
                <ShareLinks
                    key={blog.summary.id.as_str()}
                    title={blog.summary.title.clone()}
                    url={blog.summary.url.clone()}
                />
            </article>
            { neighbours(blog, language) }
            { related_posts(&blog.related, language) }
        </>
    }
}
