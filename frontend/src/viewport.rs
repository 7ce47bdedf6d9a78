//! Scrolling and focus. Call it from effects and event handlers only.

use wasm_bindgen::JsCast;
use web_sys::{
    Document, Element, FocusOptions, HtmlElement, ScrollBehavior, ScrollIntoViewOptions,
    ScrollLogicalPosition, ScrollToOptions,
};

use shared::paths::percent_decode;

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// The element that a hash (with its `#`) names.
pub fn element_by_hash(hash: &str) -> Option<HtmlElement> {
    let id = percent_decode(hash.strip_prefix('#')?);
    document()?.get_element_by_id(&id)?.dyn_into().ok()
}

/// The address with the site's origin.
pub fn absolute(url: &str) -> String {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok());
    format!("{}{url}", origin.unwrap_or_default())
}

/// Whether the media query matches.
pub fn matches(media_query: &str) -> bool {
    web_sys::window()
        .and_then(|window| window.match_media(media_query).ok()?)
        .is_some_and(|query| query.matches())
}

/// Whether the element with this id is at or above the height that a link to it scrolls to. `landing` is
/// the result of [`landing`].
pub fn is_reached(id: &str, landing: f64) -> bool {
    document()
        .and_then(|document| document.get_element_by_id(id))
        .is_some_and(|element| element.get_bounding_client_rect().top() <= landing)
}

/// The distance from the top of the screen that a link's target scrolls to (`scroll-padding-top`),
/// rounded up, in CSS pixels.
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

/// Scrolls the page to `y` CSS pixels from its top.
pub fn scroll_to(y: i32, behavior: ScrollBehavior) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let options = ScrollToOptions::new();
    options.set_top(y.into());
    options.set_behavior(behavior);
    window.scroll_to_with_scroll_to_options(&options);
}

/// Scrolls to the top and focuses the heading. The scrolling is smooth unless the reader prefers
/// reduced motion.
pub fn return_to_top() {
    let prefers_less_motion = matches("(prefers-reduced-motion: reduce)");
    focus_heading();
    scroll_to(
        0,
        if prefers_less_motion {
            ScrollBehavior::Instant
        } else {
            ScrollBehavior::Smooth
        },
    );
}

/// Focuses an element without scrolling. Makes it focusable if it is not.
pub fn focus(element: &HtmlElement) {
    if element.tab_index() < 0 && !element.has_attribute("tabindex") {
        // `set_attribute` fails only for an invalid name.
        let _ = element.set_attribute("tabindex", "-1");
    }
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // `focus` fails only in a document that can have no focus.
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

/// Focuses the page's heading if no element has the focus: the focused element may have been removed.
pub fn focus_heading_if_lost() {
    if is_focus_lost() {
        focus_heading();
    }
}

/// Whether no element of the page has the focus.
pub fn is_focus_lost() -> bool {
    focused().is_none_or(|focused| focused.tag_name() == "BODY")
}

/// The element with the focus, or the body.
pub fn focused() -> Option<HtmlElement> {
    document()?.active_element()?.dyn_into().ok()
}

/// The descendants of `inside` that match `selector`, in document order.
pub fn elements(inside: &Element, selector: &str) -> Vec<Element> {
    let Ok(found) = inside.query_selector_all(selector) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into().ok())
        .collect()
}

/// Whether a dialog is open, which then handles the keys.
pub fn has_dialog(document: &Document) -> bool {
    matches!(document.query_selector("dialog[open]"), Ok(Some(_)))
}

/// Focuses an element and scrolls it into view.
pub fn reveal(element: &HtmlElement) {
    // `focus` fails only in a document that can have no focus.
    let _ = element.focus();
}

/// Scrolls a row sideways until the element in it is in the middle. Both are CSS selectors. The page
/// itself does not scroll.
pub fn scroll_sideways_to(row: &str, element: &str) {
    let found = document().and_then(|document| {
        let row = document.query_selector(row).ok()??;
        let element = row.query_selector(element).ok()??;
        Some((row, element))
    });
    if let Some((row, element)) = found {
        let middle = |element: &Element| {
            let rect = element.get_bounding_client_rect();
            rect.left() + rect.width() / 2.0
        };
        // No row is wider than an i32 of pixels.
        row.set_scroll_left(row.scroll_left() + (middle(&element) - middle(&row)) as i32);
    }
}

/// Scrolls as little as possible until the element is visible.
pub fn scroll_just_into_view(element: &HtmlElement) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}
