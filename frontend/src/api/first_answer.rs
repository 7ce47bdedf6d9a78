//! Answers of the API that the app has from the start, so that the first page needs no request.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element};

use crate::api::failure::ApiFailure;
use crate::api::get::Get;

/// The first answers, by path. Clones share them.
#[derive(Clone, Default)]
pub struct FirstAnswers(Rc<RefCell<Vec<(String, FirstAnswer)>>>);

/// An answer from the document, or one that is read already.
pub(super) enum FirstAnswer {
    /// The envelope as the browser's JSON parser returned it.
    Envelope(JsValue),
    /// The data, or why there is none.
    Read(Result<Rc<dyn Any>, ApiFailure>),
}

impl PartialEq for FirstAnswers {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl FirstAnswers {
    /// Takes the answers out of the document.
    pub fn take_from(document: &Document) -> Self {
        let answers = Self::default();
        if let Ok(found) = document.query_selector_all("script[data-path]") {
            for index in 0..found.length() {
                let element = found.item(index).and_then(|node| node.dyn_into().ok());
                if let Some((path, envelope)) = element.and_then(|element| take(&element)) {
                    answers.set(&path, FirstAnswer::Envelope(envelope));
                }
            }
        }
        answers
    }

    /// With an answer that needs no reading, for a page that is rendered on the server.
    pub fn with<T: 'static>(self, request: &Get<T>, result: Result<T, ApiFailure>) -> Self {
        let result = result.map(|data| Rc::new(data) as Rc<dyn Any>);
        self.set(request.path(), FirstAnswer::Read(result));
        self
    }

    pub(super) fn set(&self, path: &str, answer: FirstAnswer) {
        let _ = self.take(path);
        self.0.borrow_mut().push((path.to_owned(), answer));
    }

    pub(super) fn take(&self, path: &str) -> Option<FirstAnswer> {
        let mut answers = self.0.borrow_mut();
        let index = answers.iter().position(|(known, _)| known == path)?;
        Some(answers.swap_remove(index).1)
    }
}

fn take(element: &Element) -> Option<(String, JsValue)> {
    element.remove();
    let path = element.get_attribute("data-path")?;
    let envelope = js_sys::JSON::parse(&element.text_content()?).ok()?;
    Some((path, envelope))
}
