//! Sharing a post.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlInputElement, Navigator, ShareData};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::viewport;

/// The post to share.
#[derive(Properties, PartialEq)]
pub struct ShareLinksProps {
    /// The title.
    pub title: AttrValue,
    /// The address, relative to the site's root.
    pub url: AttrValue,
}

/// How the post is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// With the system's share dialog.
    System,
    /// With a link in the clipboard.
    Clipboard,
}

/// The outcome of sharing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing to say.
    Quiet,
    /// The link is in the clipboard.
    Copied,
    /// Scripts may not use the clipboard. The reader can copy the link from a field.
    ByHand,
}

/// A button for the system's share dialog, if there is one, and a button that copies the link. A live
/// region says the outcome (WCAG 4.1.3).
#[component]
pub fn ShareLinks(props: &ShareLinksProps) -> Html {
    let can_share = use_state_eq(|| false);
    let outcome = use_state_eq(|| Outcome::Quiet);
    let field = use_node_ref();
    {
        let can_share = can_share.setter();
        use_effect_with((), move |()| {
            can_share
                .set(navigator().is_some_and(|navigator| {
                    Reflect::has(&navigator, &"share".into()) == Ok(true)
                }));
        });
    }
    {
        let field = field.clone();
        use_effect_with((*outcome, props.url.clone()), move |(outcome, url)| {
            if *outcome == Outcome::ByHand
                && let Some(field) = field.cast::<HtmlInputElement>()
            {
                field.set_value(&viewport::absolute(url));
                viewport::reveal(&field);
                field.select();
            }
        });
    }
    let on_click = |method: Method| {
        let (title, url, outcome) = (props.title.clone(), props.url.clone(), outcome.setter());
        Callback::from(move |_: MouseEvent| {
            let (title, url, outcome) = (title.clone(), url.clone(), outcome.clone());
            // Screen readers repeat a sentence only if the region was empty in between.
            outcome.set(Outcome::Quiet);
            spawn_local(async move { outcome.set(share(method, &title, &url).await) });
        })
    };
    html! {
        <div class="share" lang="en">
            if *can_share {
                <button type="button" class="btn btn-outline-primary" onclick={on_click(Method::System)}>
                    { icon(Shape::Share) }
                    { "Share" }
                </button>
            }
            <button type="button" class="btn btn-outline-primary" onclick={on_click(Method::Clipboard)}>
                { icon(Shape::Link) }
                { "Copy link" }
            </button>
            <span class="share-status" role="status">
                { match *outcome {
                    Outcome::Quiet => "",
                    Outcome::Copied => "Link copied.",
                    Outcome::ByHand => "Please copy the link yourself:",
                } }
            </span>
            if *outcome == Outcome::ByHand {
                <input
                    ref={field}
                    class="form-control"
                    aria-label="Link to this post"
                    readonly=true
                />
            }
        </div>
    }
}

fn navigator() -> Option<Navigator> {
    Some(web_sys::window()?.navigator())
}

async fn share(method: Method, title: &str, url: &str) -> Outcome {
    let Some(navigator) = navigator() else {
        return Outcome::ByHand;
    };
    let address = viewport::absolute(url);
    let promise = match method {
        Method::System => {
            let data = ShareData::new();
            data.set_title(title);
            data.set_url(&address);
            navigator.share_with_data(&data)
        }
        Method::Clipboard => {
            let clipboard = navigator.clipboard();
            // Over plain HTTP it is undefined, although its type does not say so.
            if clipboard.is_undefined() {
                return Outcome::ByHand;
            }
            clipboard.write_text(&address)
        }
    };
    match (JsFuture::from(promise).await, method) {
        (Ok(_), Method::System) => Outcome::Quiet,
        (Ok(_), Method::Clipboard) => Outcome::Copied,
        (Err(error), _) if is_cancelled(&error) => Outcome::Quiet,
        (Err(_), _) => Outcome::ByHand,
    }
}

/// Whether the reader closed the share dialog.
fn is_cancelled(error: &JsValue) -> bool {
    Reflect::get(error, &"name".into()).is_ok_and(|name| name == "AbortError")
}
