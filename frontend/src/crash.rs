//! When the app itself fails.

use std::panic::PanicHookInfo;

/// The element of `index.html` that is shown instead of the app.
const VIEW_ID: &str = "crash";
/// The element of `index.html` that the app is rendered into.
pub const APP_ID: &str = "app";

/// A panic hook that writes the cause to the console and shows the static view of `index.html`
/// instead of a page that no longer answers.
pub fn show_crash_view(panic: &PanicHookInfo<'_>) {
    web_sys::console::error_1(&panic.to_string().into());
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    // Neither call can fail for these attribute names, and nothing could be done if it did.
    if let Some(app) = document.get_element_by_id(APP_ID) {
        let _ = app.set_attribute("hidden", "");
    }
    if let Some(view) = document.get_element_by_id(VIEW_ID) {
        let _ = view.remove_attribute("hidden");
    }
    document.set_title("Something went wrong · FlashBlog");
}
