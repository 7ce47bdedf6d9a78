//! The text of a post.

use gloo_events::{EventListener, EventListenerOptions};
use shared::blog::BlogHeading;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::components::post::contents::{contents, use_current_section};
use crate::components::post::picture::has_failed;
use crate::viewport;

/// From this width on the table of contents has its own column, so it is opened. `_post.scss` has the
/// same width.
const WIDE: &str = "(min-width: 1200px)";

/// A post's text.
#[derive(Properties, PartialEq)]
pub struct PostTextProps {
    /// The HTML, sanitised by the server.
    pub content_html: AttrValue,
    /// The headings in the table of contents. Empty for a text without one.
    pub sections: Vec<BlogHeading>,
}

/// The table of contents and the post's HTML. Wide tables and code blocks scroll inside the page, also
/// by keyboard (WCAG 2.1.1). A picture that fails to load shows its `alt` text.
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
        return html! { <p class="post-empty" lang="en">{ "This post has no text." }</p> };
    }
    // For Yew the HTML is one node. So effects may change the nodes inside.
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
            // `set_attribute` fails only for an invalid name.
            let _ = details.set_attribute("open", "");
        }
    }
}

/// Scrolls a table of contents that is higher than the screen.
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
            // These fail only for nodes of different documents.
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

/// Listens in the capture phase, because the `error` events of images don't bubble. Images of a rendered
/// page may have failed before the app started.
fn mark_broken_images(text: &Element) -> EventListener {
    for image in viewport::elements(text, "img") {
        if image.dyn_ref().is_some_and(has_failed) {
            let _ = image.class_list().add_1("is-broken");
        }
    }
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
