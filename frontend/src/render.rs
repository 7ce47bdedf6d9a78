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
        Poll::Ready(html) => Some(keep_first_line_feed(html)),
        Poll::Pending => None,
    }
}

/// A parser drops the line feed that a text area begins with (HTML Standard, section 13.2.6.4.7), so
/// one that was typed is written twice.
fn keep_first_line_feed(mut html: String) -> String {
    let start_tag = html.find("<textarea");
    let start_tag_end = start_tag.and_then(|at| Some(at + html[at..].find('>')? + 1));
    if let Some(text) = start_tag_end
        && html[text..].starts_with(['\n', '\r'])
    {
        html.insert(text, '\n');
    }
    html
}

#[cfg(test)]
mod tests;
