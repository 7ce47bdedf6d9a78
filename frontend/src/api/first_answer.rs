//! The API's answer that the document contains.

use wasm_bindgen::JsValue;
use web_sys::Document;

/// The API's answer that the document contains: the first page of a visit needs no request.
#[derive(Clone, PartialEq)]
pub struct FirstAnswer {
    /// The path and query of the request that it answers.
    pub(super) path: String,
    /// The envelope.
    pub(super) body: JsValue,
}

impl FirstAnswer {
    /// Takes the answer out of the document, if it contains one.
    pub fn take_from(document: &Document) -> Option<Self> {
        let element = document.get_element_by_id("first-envelope")?;
        element.remove();
        Some(Self {
            path: element.get_attribute("data-path")?,
            body: js_sys::JSON::parse(&element.text_content()?).ok()?,
        })
    }
}
