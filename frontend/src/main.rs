//! Starts the app in the browser.

use frontend::app::App;
use frontend::crash::{APP_ID, show_crash_view};
use frontend::document;
use yew::Renderer;

fn main() {
    yew::set_custom_panic_hook(Box::new(show_crash_view));
    let Some(page) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    if let Some(root) = page.get_element_by_id(APP_ID) {
        let props = document::props(&page, &root);
        let is_own = document::is_rendered_by_same_build(&root);
        start(Renderer::with_root_and_props(root, props), is_own);
    }
}

/// Takes over the rendered page (hydration) if the server has the same build, else renders it again.
#[cfg(feature = "hydration")]
fn start(renderer: Renderer<App>, is_rendered: bool) {
    if is_rendered {
        frontend::crash::app_hydrates();
        renderer.hydrate();
    } else {
        renderer.render();
    }
}

#[cfg(not(feature = "hydration"))]
fn start(renderer: Renderer<App>, _: bool) {
    renderer.render();
}
