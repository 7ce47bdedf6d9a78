//! Starts the app in the browser.

use frontend::api::first_answer::FirstAnswer;
use frontend::app::{App, AppProps};
use frontend::crash::{APP_ID, show_crash_view};

fn main() {
    yew::set_custom_panic_hook(Box::new(show_crash_view));
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    if let Some(root) = document.get_element_by_id(APP_ID) {
        let first = FirstAnswer::take_from(&document);
        yew::Renderer::<App>::with_root_and_props(root, AppProps { first }).render();
    }
}
