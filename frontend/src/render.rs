//! Rendering a page as text, without a browser.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use yew::LocalServerRenderer;

use crate::app::{App, AppProps};

/// The HTML of the app. None if a component suspends: no component may, since the page is rendered
/// in one step, without a runtime.
pub fn render(props: AppProps) -> Option<String> {
    let page = pin!(LocalServerRenderer::<App>::with_props(props).render());
    match page.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(html) => Some(html),
        Poll::Pending => None,
    }
}

#[cfg(test)]
mod tests;
