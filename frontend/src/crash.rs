//! The view after a panic of the app.

use std::cell::Cell;
use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlTemplateElement};

use crate::render_marks::RENDERED;

/// The id of the element that the app is rendered into; see `index.html`.
pub const APP_ID: &str = "app";
/// The id of the template in `index.html` that replaces the app.
const VIEW_ID: &str = "crash";
/// Attribute of the root element: the app could not take over the rendered page. `boot.js` then starts
/// the app a second time.
const UNHYDRATED: &str = "data-unhydrated";

thread_local! {
    static IS_HYDRATING: Cell<bool> = const { Cell::new(false) };
}

/// Call this before the app takes over a rendered page (hydration). A panic before [`app_has_started`]
/// means that something has changed the page since the server sent it, such as a browser extension.
pub fn app_hydrates() {
    IS_HYDRATING.set(true);
}

/// Call this in the app's first effect.
pub fn app_has_started() {
    IS_HYDRATING.set(false);
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(app) = document.and_then(|document| document.get_element_by_id(APP_ID)) {
        // `remove_attribute` fails only for an invalid name.
        let _ = app.remove_attribute(RENDERED);
    }
}

/// A panic hook: writes the cause to the console and shows the template instead of the app, which no
/// longer reacts. It uses only the DOM, because the app's state may be broken. After a panic during
/// hydration the rendered page stays, because it can be read.
pub fn show_crash_view(panic: &PanicHookInfo<'_>) {
    web_sys::console::error_1(&panic.to_string().into());
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    if IS_HYDRATING.get() {
        if let Some(root) = document.document_element() {
            let _ = root.set_attribute(UNHYDRATED, "");
        }
        return;
    }
    document.set_title(&title(&document));
    replace_app(&document);
}

/// The title, with the site's name from the document's head.
fn title(document: &Document) -> String {
    let name = document
        .query_selector("meta[property='og:site_name']")
        .ok()
        .flatten()
        .and_then(|name| name.get_attribute("content"));
    match name {
        Some(name) => format!("Something went wrong · {name}"),
        None => "Something went wrong".to_owned(),
    }
}

/// None if `index.html` lacks a part.
fn replace_app(document: &Document) -> Option<()> {
    let app = document.get_element_by_id(APP_ID)?;
    if app.has_attribute("hidden") {
        // A second panic: the view is already shown.
        return None;
    }
    app.set_attribute("hidden", "").ok()?;
    let view: HtmlTemplateElement = document.get_element_by_id(VIEW_ID)?.dyn_into().ok()?;
    let view = view.content().clone_node_with_deep(true).ok()?;
    document.body()?.append_child(&view).ok()?;
    Some(())
}
