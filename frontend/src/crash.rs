//! When the app itself fails.

use std::panic::PanicHookInfo;

use wasm_bindgen::JsCast;
use web_sys::{Document, HtmlTemplateElement};

/// The element of `index.html` that the app is rendered into.
pub const APP_ID: &str = "app";
/// The template of `index.html` that is shown instead of the app.
const VIEW_ID: &str = "crash";

/// A panic hook that writes the cause to the console and shows the view in `index.html` instead of
/// a page that no longer answers. What it does is left to the browser: the app's state is suspect.
pub fn show_crash_view(panic: &PanicHookInfo<'_>) {
    web_sys::console::error_1(&panic.to_string().into());
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title("Something went wrong · FlashBlog");
        replace_app(&document);
    }
}

/// None where `index.html` lacks a part: there is nothing better to do then.
fn replace_app(document: &Document) -> Option<()> {
    let app = document.get_element_by_id(APP_ID)?;
    if app.has_attribute("hidden") {
        // A second panic on the way out of the first.
        return None;
    }
    app.set_attribute("hidden", "").ok()?;
    let view: HtmlTemplateElement = document.get_element_by_id(VIEW_ID)?.dyn_into().ok()?;
    let view = view.content().clone_node_with_deep(true).ok()?;
    document.body()?.append_child(&view).ok()?;
    Some(())
}
