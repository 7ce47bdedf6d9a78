//! The browser's view of the page: scrolling and focus. Called from effects and event handlers only.

use wasm_bindgen::JsCast;
use web_sys::{
    Document, Element, FocusOptions, HtmlElement, ScrollBehavior, ScrollIntoViewOptions,
    ScrollLogicalPosition, ScrollToOptions,
};

use shared::paths::percent_decode;

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// The element that an address's hash, `#` included, points at.
#[must_use]
pub fn element_by_hash(hash: &str) -> Option<HtmlElement> {
    let id = percent_decode(hash.strip_prefix('#')?);
    document()?.get_element_by_id(&id)?.dyn_into().ok()
}

/// The full address of a page of the site.
#[must_use]
pub fn absolute(url: &str) -> String {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok());
    format!("{}{url}", origin.unwrap_or_default())
}

/// Whether the screen is as the media query has it.
#[must_use]
pub fn matches(media_query: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.match_media(media_query).ok()?)
        .is_some_and(|query| query.matches())
}

/// Whether the reader has got to the element with this id: it is where a link to it puts it, or
/// above. `landing` is [`landing`]'s.
#[must_use]
pub fn is_reached(id: &str, landing: f64) -> bool {
    document()
        .and_then(|document| document.get_element_by_id(id))
        .is_some_and(|element| element.get_bounding_client_rect().top() <= landing)
}

/// How far below the top of the screen a link puts what it leads to, rounded up; CSS pixels.
#[must_use]
pub fn landing() -> f64 {
    let padding = web_sys::window().and_then(|window| {
        let root = window.document()?.document_element()?;
        let style = window.get_computed_style(&root).ok()??;
        style.get_property_value("scroll-padding-top").ok()
    });
    let digits = padding
        .as_deref()
        .and_then(|pixels| pixels.split(['.', 'p']).next());
    digits
        .and_then(|digits| digits.parse::<u16>().ok())
        .map_or(1.0, |pixels| f64::from(pixels) + 1.0)
}

/// Scrolls the page; `y` in CSS pixels from its top.
pub fn scroll_to(y: i32, behavior: ScrollBehavior) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let options = ScrollToOptions::new();
    options.set_top(y.into());
    options.set_behavior(behavior);
    window.scroll_to_with_scroll_to_options(&options);
}

/// Scrolls to the top, gently unless the reader prefers reduced motion, and moves the focus there.
pub fn return_to_top() {
    let prefers_stillness = matches("(prefers-reduced-motion: reduce)");
    focus_heading();
    scroll_to(
        0,
        if prefers_stillness {
            ScrollBehavior::Instant
        } else {
            ScrollBehavior::Smooth
        },
    );
}

/// Focuses an element, also one that the keyboard doesn't reach by itself, without scrolling.
pub fn focus(element: &HtmlElement) {
    if element.tab_index() < 0 && !element.has_attribute("tabindex") {
        // Fails only for an attribute name that is none.
        let _ = element.set_attribute("tabindex", "-1");
    }
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // Fails only in documents that can't have a focus.
    let _ = element.focus_with_options(&options);
}

/// Focuses the page's heading.
pub fn focus_heading() {
    let heading = document()
        .and_then(|document| document.query_selector("main h1").ok()?)
        .and_then(|heading| heading.dyn_into().ok());
    if let Some(heading) = heading {
        focus(&heading);
    }
}

/// Focuses the page's heading if nothing has the focus: the element that had it may have gone with
/// what it stood in.
pub fn focus_heading_if_lost() {
    if focused().is_none_or(|focused| focused.tag_name() == "BODY") {
        focus_heading();
    }
}

/// What has the focus; the body where nothing has.
#[must_use]
pub fn focused() -> Option<HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// The elements inside this one that `selector` matches, in the page's order.
#[must_use]
pub fn elements(inside: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = inside.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into().ok())
        .collect()
}

/// Whether a dialog is open: keys are its own then.
#[must_use]
pub fn has_dialog(document: &Document) -> bool {
    matches!(document.query_selector("dialog[open]"), Ok(Some(_)))
}

/// Focuses an element and scrolls it into view.
pub fn reveal(element: &HtmlElement) {
    // Fails only in documents that can't have a focus.
    let _ = element.focus();
}

/// Scrolls a row, and nothing but the row, until the element in it is in its middle. Both are CSS
/// selectors.
pub fn scroll_sideways_to(row: &str, element: &str) {
    let found = document().and_then(|document| {
        let row = document.query_selector(row).ok()??;
        let element = row.query_selector(element).ok()??;
        Some((row, element))
    });
    if let Some((row, element)) = found {
        let middle = |element: &Element| {
            let place = element.get_bounding_client_rect();
            place.left() + place.width() / 2.0
        };
        // A row is far shorter than an i32 reaches.
        row.set_scroll_left(row.scroll_left() + (middle(&element) - middle(&row)) as i32);
    }
}

/// Scrolls no further than it takes to see an element.
pub fn scroll_just_into_view(element: &HtmlElement) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}
