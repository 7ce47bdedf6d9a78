//! Rendering a page as HTML text, without a browser.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use yew::LocalServerRenderer;

use crate::api::first_answer::FirstAnswers;
use crate::app::{App, AppProps};
use crate::contexts::first_page::{FirstFlashes, Typed};
use crate::contexts::navigation::Address;
use crate::day::Day;

/// The data of a page to render.
pub struct Page<'a> {
    /// Path and query, percent-encoded.
    pub address: &'a str,
    /// Answers to the page's requests.
    pub first: FirstAnswers,
    /// The current day, for the ages of posts.
    pub today: Day,
    /// Flashes that the page delivers.
    pub flashes: FirstFlashes,
    /// Text in the page's fields.
    pub typed: Typed,
}

/// The HTML inside the app's element. The page is rendered in one step, without a runtime, so no
/// component may suspend. None if one does.
pub fn render(page: Page<'_>) -> Option<String> {
    let props = AppProps {
        first: page.first,
        address: Address::new(page.address),
        today: Some(page.today),
        flashes: page.flashes,
        typed: page.typed,
    };
    let html = pin!(LocalServerRenderer::<App>::with_props(props).render());
    match html.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(html) => Some(html),
        Poll::Pending => None,
    }
}

#[cfg(test)]
mod tests;
