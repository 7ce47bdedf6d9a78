//! Starts the app in the browser.

use frontend::app::App;
use frontend::crash::{APP_ID, show_crash_view};

fn main() {
    yew::set_custom_panic_hook(Box::new(show_crash_view));
    let root = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(APP_ID));
    if let Some(root) = root {
        yew::Renderer::<App>::with_root(root).render();
    }
}
