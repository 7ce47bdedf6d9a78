//! The view after a panic of the app.

use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlTemplateElement};

/// The id of the element that the app is rendered into; see `index.html`.
pub const APP_ID: &str = "app";
/// The id of the template in `index.html` that replaces the app.
const VIEW_ID: &str = "crash";

/// A panic hook: writes the cause to the console and shows the template in place of the app, which
/// no longer reacts. It uses only the DOM, because the app's state may be broken.
pub fn show_crash_view(panic: &PanicHookInfo<'_>) {
    web_sys::console::error_1(&panic.to_string().into());
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title("Something went wrong · FlashBlog");
        replace_app(&document);
    }
}

/// None if `index.html` lacks a part.
fn replace_app(document: &Document) -> Option<()> {
    let app = document.get_element_by_id(APP_ID)?;
    if app.has_attribute("hidden") {
        // The view is there already: this is a second panic.
        return None;
    }
    app.set_attribute("hidden", "").ok()?;
    let view: HtmlTemplateElement = document.get_element_by_id(VIEW_ID)?.dyn_into().ok()?;
    let view = view.content().clone_node_with_deep(true).ok()?;
    document.body()?.append_child(&view).ok()?;
    Some(())
}
