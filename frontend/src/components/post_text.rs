//! The text of a post.

use gloo_events::{EventListener, EventListenerOptions};
use shared::blog::BlogHeading;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::components::contents::{contents, use_current_section};
use crate::viewport;

/// From here on the contents have a column of their own, so that they can stand open; as in
/// `_post.scss`.
const WIDE: &str = "(min-width: 1200px)";

/// Which text.
#[derive(Properties, PartialEq)]
pub struct PostTextProps {
    /// HTML that the server has sanitised.
    pub content_html: AttrValue,
    /// What its table of contents lists; empty for a text without one.
    pub sections: Vec<BlogHeading>,
}

/// The post's HTML as the server sanitised it, made fit for narrow screens: wide tables and code
/// scroll by themselves, by keyboard too (WCAG 2.1.1), and pictures that don't load say what they
/// showed. Its table of contents comes before it.
#[component]
pub fn PostText(props: &PostTextProps) -> Html {
    let container = use_node_ref();
    let current = use_current_section(&props.sections);
    {
        let container = container.clone();
        use_effect_with(props.content_html.clone(), move |_| {
            let listener = container.cast::<Element>().map(|text| {
                make_wide_parts_scroll(&text);
                open_contents_beside(&text);
                mark_broken_images(&text)
            });
            move || drop(listener)
        });
    }
    {
        let container = container.clone();
        use_effect_with(current, move |_| {
            if let Some(text) = container.cast::<Element>() {
                keep_current_section_in_sight(&text);
            }
        });
    }
    if props.content_html.trim().is_empty() {
        return html! { <p class="post-empty">{ "This post has no text." }</p> };
    }
    // One element of its own for Yew to put in and take out: what is inside may be rearranged.
    let html = format!("<div class=\"prose\">{}</div>", props.content_html);
    html! {
        <div ref={container} class="post-body">
            { contents(&props.sections, current) }
            { Html::from_html_unchecked(html.into()) }
        </div>
    }
}

fn open_contents_beside(text: &Element) {
    if viewport::matches(WIDE) {
        for details in viewport::elements(text, ".contents details") {
            // Fails only for an attribute name that is none.
            let _ = details.set_attribute("open", "");
        }
    }
}

/// In a table of contents that is longer than the screen.
fn keep_current_section_in_sight(text: &Element) {
    for link in viewport::elements(text, ".contents [aria-current]") {
        if let (Ok(Some(contents)), Some(link)) =
            (link.closest(".contents"), link.dyn_ref::<HtmlElement>())
        {
            contents.set_scroll_top(link.offset_top() - contents.client_height() / 2);
        }
    }
}

fn make_wide_parts_scroll(text: &Element) {
    for table in viewport::elements(text, "table") {
        let wrapper = table
            .owner_document()
            .and_then(|document| document.create_element("div").ok());
        if let (Some(wrapper), Some(parent)) = (wrapper, table.parent_node()) {
            wrapper.set_class_name("table-scroll");
            // None of these fails for nodes of one document.
            let _ = parent.insert_before(&wrapper, Some(&table));
            let _ = wrapper.append_child(&table);
        }
    }
    for part in viewport::elements(text, "pre, .table-scroll") {
        if part.scroll_width() > part.client_width() {
            let _ = part.set_attribute("tabindex", "0");
        }
    }
}

/// `error` events of images don't bubble, but they can be caught on the way down.
fn mark_broken_images(text: &Element) -> EventListener {
    let options = EventListenerOptions::run_in_capture_phase();
    EventListener::new_with_options(text, "error", options, |event| {
        let image = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(image) = image {
            let _ = image.class_list().add_1("is-broken");
        }
    })
}
