//! Answers of the API that the app has when it starts, so that the first page needs no request.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element};

use crate::api::answer::Answer;
use crate::api::failure::ApiFailure;
use crate::api::get::Get;
use crate::render_marks::PATH;

/// The answers that the app starts with, by path. Clones share them.
#[derive(Clone, Default)]
pub struct FirstAnswers(Rc<RefCell<Vec<(String, FirstAnswer)>>>);

/// An answer from the document, or one that is read already.
pub(super) enum FirstAnswer {
    /// The data as the browser's JSON parser returned it.
    Raw(JsValue),
    /// The data, or why there is none.
    Read(Result<Rc<dyn Any>, ApiFailure>),
}

impl PartialEq for FirstAnswers {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl FirstAnswers {
    /// The answers in the document. They stay there: the app may have to start a second time.
    pub fn read_from(document: &Document) -> Self {
        let answers = Self::default();
        if let Ok(found) = document.query_selector_all("script[data-path]") {
            for index in 0..found.length() {
                let element = found.item(index).and_then(|node| node.dyn_into().ok());
                if let Some((path, answer)) = element.and_then(|element| read(&element)) {
                    answers.set(&path, answer);
                }
            }
        }
        answers
    }

    /// Adds an answer that is data already, for a page that the server renders.
    pub fn with<T: 'static>(self, request: &Get<T>, result: Result<T, ApiFailure>) -> Self {
        let result = result.map(|data| Rc::new(data) as Rc<dyn Any>);
        self.set(request.path(), FirstAnswer::Read(result));
        self
    }

    /// The failure that answers a request.
    pub(super) fn failure(&self, path: &str) -> Option<ApiFailure> {
        let answers = self.0.borrow();
        match answers.iter().find(|(known, _)| known == path)? {
            (_, FirstAnswer::Read(Err(failure))) => Some(failure.clone()),
            _ => None,
        }
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

/// None if the element does not contain an envelope: then the server is asked. The flashes of a page are
/// in another element.
fn read(element: &Element) -> Option<(String, FirstAnswer)> {
    let path = element.get_attribute(PATH)?;
    let answer = Answer {
        status: 200,
        request_id: None,
        body: js_sys::JSON::parse(&element.text_content()?).ok(),
    };
    let answer = match answer.open().0 {
        Ok(data) => FirstAnswer::Raw(data),
        Err(ApiFailure::Malformed { .. }) => return None,
        Err(failure) => FirstAnswer::Read(Err(failure)),
    };
    Some((path, answer))
}
