//! Passing a post on.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlInputElement, Navigator, ShareData};
use yew::platform::spawn_local;
use yew::prelude::*;

use crate::components::icon::{Shape, icon};
use crate::viewport;

/// What is shared.
#[derive(Properties, PartialEq)]
pub struct ShareLinksProps {
    /// What it is called.
    pub title: AttrValue,
    /// Its address, relative to the site's root.
    pub url: AttrValue,
}

/// How it is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// As the system does it.
    System,
    /// As a link in the clipboard.
    Clipboard,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Nothing to say.
    Quiet,
    /// The link is in the clipboard.
    Copied,
    /// It isn't; the reader can copy it from a field.
    ByHand,
}

/// A button for the system's own way to share, where there is one, and a button that copies the
/// link. A status region says what became of it (WCAG 4.1.3).
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
    let on_click = |way: Way| {
        let (title, url, outcome) = (props.title.clone(), props.url.clone(), outcome.setter());
        Callback::from(move |_: MouseEvent| {
            let (title, url, outcome) = (title.clone(), url.clone(), outcome.clone());
            // What is said again after a moment of silence is heard again.
            outcome.set(Outcome::Quiet);
            spawn_local(async move { outcome.set(pass_on(way, &title, &url).await) });
        })
    };
    html! {
        <div class="share">
            if *can_share {
                <button type="button" class="btn btn-outline-primary" onclick={on_click(Way::System)}>
                    { icon(Shape::Share) }
                    { "Share" }
                </button>
            }
            <button type="button" class="btn btn-outline-primary" onclick={on_click(Way::Clipboard)}>
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

async fn pass_on(way: Way, title: &str, url: &str) -> Outcome {
    let Some(navigator) = navigator() else {
        return Outcome::ByHand;
    };
    let address = viewport::absolute(url);
    let promise = match way {
        Way::System => {
            let data = ShareData::new();
            data.set_title(title);
            data.set_url(&address);
            navigator.share_with_data(&data)
        }
        Way::Clipboard => {
            let clipboard = navigator.clipboard();
            // Without https there is none, whatever its type says.
            if clipboard.is_undefined() {
                return Outcome::ByHand;
            }
            clipboard.write_text(&address)
        }
    };
    match (JsFuture::from(promise).await, way) {
        (Ok(_), Way::System) => Outcome::Quiet,
        (Ok(_), Way::Clipboard) => Outcome::Copied,
        (Err(error), _) if is_cancelled(&error) => Outcome::Quiet,
        (Err(_), _) => Outcome::ByHand,
    }
}

/// Whether the reader has thought better of it.
fn is_cancelled(error: &JsValue) -> bool {
    Reflect::get(error, &"name".into()).is_ok_and(|name| name == "AbortError")
}
