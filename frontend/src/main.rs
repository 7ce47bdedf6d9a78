//! Starts the app in the browser.

use frontend::api::first_answer::FirstAnswers;
use frontend::app::{App, AppProps};
use frontend::crash::{APP_ID, show_crash_view};
use frontend::day::Day;
use yew_router::history::{AnyHistory, BrowserHistory};

fn main() {
    yew::set_custom_panic_hook(Box::new(show_crash_view));
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    if let Some(root) = document.get_element_by_id(APP_ID) {
        let props = AppProps {
            first: FirstAnswers::take_from(&document),
            history: AnyHistory::from(BrowserHistory::new()),
            today: Some(Day::today()),
        };
        yew::Renderer::<App>::with_root_and_props(root, props).render();
    }
}
