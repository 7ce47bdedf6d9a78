//! The app's props, read from the document when the app starts.

use shared::contact::ContactMessage;
use shared::flash::Flash;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlInputElement, HtmlTextAreaElement};

use crate::api::first_answer::FirstAnswers;
use crate::app::AppProps;
use crate::contexts::first_page::{FirstFlashes, Typed};
use crate::contexts::navigation::Address;
use crate::day::Day;
use crate::hooks::use_shortcuts::SEARCH_BOX_ID;
use crate::json;
use crate::render_marks::{BUILD_ID, FLASHES_ID, RENDERED, TODAY, WAITING};

/// Whether the server rendered the page from the sources of this app.
pub fn is_rendered_by_same_build(root: &Element) -> bool {
    root.get_attribute(RENDERED).as_deref() == Some(BUILD_ID)
}

/// The props of the app in the element `root` of `document`.
pub fn props(document: &Document, root: &Element) -> AppProps {
    let today = root.get_attribute(TODAY);
    AppProps {
        first: FirstAnswers::read_from(document),
        address: Address::of_browser().unwrap_or_default(),
        today: today
            .and_then(|days| days.parse().ok())
            .map(Day::since_epoch)
            .or_else(|| Some(Day::today())),
        flashes: FirstFlashes {
            flashes: flashes(document).unwrap_or_default(),
            at_ms: js_sys::Date::now(),
            are_waiting: root.has_attribute(WAITING),
        },
        typed: typed(document),
    }
}

fn flashes(document: &Document) -> Option<Vec<Flash>> {
    let text = document.get_element_by_id(FLASHES_ID)?.text_content()?;
    json::parse(&text)
}

fn typed(document: &Document) -> Typed {
    let field = |id: &str| {
        document
            .get_element_by_id(id)
            .and_then(|field| value(&field))
    };
    let text = |id: &str| field(id).unwrap_or_default();
    let message = field("message").map(|message| ContactMessage {
        name: text("name"),
        email: text("email"),
        subject: text("subject"),
        message,
        website: field("website").filter(|text| !text.is_empty()),
    });
    Typed::new(field(SEARCH_BOX_ID), message)
}

fn value(field: &Element) -> Option<String> {
    if let Some(input) = field.dyn_ref::<HtmlInputElement>() {
        return Some(input.value());
    }
    Some(field.dyn_ref::<HtmlTextAreaElement>()?.value())
}
