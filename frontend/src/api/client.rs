//! The gateway to the API: sends a request, reads the envelope, passes its flash messages on.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::rc::Rc;

use gloo_net::http::{Request, RequestBuilder};
use gloo_timers::callback::Timeout;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::envelope::{Envelope, Outcome};
use shared::flash::Flash;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Document};
use yew::Callback;

use crate::api::cache::AnswerCache;
use crate::api::failure::ApiFailure;

/// How long an answer may take, its body included; milliseconds.
pub const TIMEOUT_MS: u32 = 12_000;

/// A `GET` request whose answer is a `T`.
#[derive(Debug)]
pub struct Get<T> {
    path: String,
    answer: PhantomData<fn() -> T>,
}

impl<T> Get<T> {
    /// A request for `path`, which begins with [`shared::paths::API_BASE`].
    #[must_use]
    pub fn new(path: String) -> Self {
        Self {
            path,
            answer: PhantomData,
        }
    }

    /// The path and query that are asked for.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

// Derived, these would ask the same of `T`.
impl<T> Clone for Get<T> {
    fn clone(&self) -> Self {
        Self::new(self.path.clone())
    }
}

impl<T> PartialEq for Get<T> {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path
    }
}

/// Talks to the API. Clones share their cache.
#[derive(Clone, Default, PartialEq)]
pub struct Client {
    on_flash: Callback<Vec<Flash>>,
    cache: Rc<AnswerCache>,
    first: Rc<RefCell<Option<FirstAnswer>>>,
}

impl Client {
    /// A client that hands the flash messages of every envelope to `on_flash`. `first` is the answer
    /// that came inside the page.
    #[must_use]
    pub fn new(on_flash: Callback<Vec<Flash>>, first: Option<FirstAnswer>) -> Self {
        Self {
            on_flash,
            cache: Rc::default(),
            first: Rc::new(RefCell::new(first)),
        }
    }

    /// Asks the server. Same-origin requests carry the session's cookie by themselves.
    ///
    /// # Errors
    /// When there is no answer in time, or the answer is a problem or no envelope.
    pub async fn get<T: DeserializeOwned + 'static>(
        &self,
        request: &Get<T>,
    ) -> Result<Rc<T>, ApiFailure> {
        // It is there once: what is asked for again is asked of the server.
        if let Some(data) = self.open_first(request) {
            self.first.take();
            return Ok(data);
        }
        let answer = exchange(Request::get(request.path()), None).await;
        match answer.and_then(|answer| self.open(answer)) {
            Ok(data) => {
                let data = Rc::new(data);
                self.cache.put(request.path(), Rc::clone(&data));
                Ok(data)
            }
            Err(failure) => {
                if failure.is_not_found() {
                    self.cache.forget(request.path());
                }
                Err(failure)
            }
        }
    }

    /// Drops the answer to a request: those that come by the dozen would drive out the ones that Back
    /// needs.
    pub fn forget<T>(&self, request: &Get<T>) {
        self.cache.forget(request.path());
    }

    /// Asks for what the reader is likely to want next and keeps the answer, so that it can be shown
    /// at once. Such a request eats no flash message: those wait for one whose answer is seen.
    /// What is there already is not asked for, and a failure is no matter.
    pub async fn prefetch<T: DeserializeOwned + 'static>(&self, request: &Get<T>) {
        if self.cached(request).is_some() {
            return;
        }
        // `Sec-Purpose`, by which browsers mark their own prefetches, is closed to scripts.
        let marked = Request::get(request.path()).header("purpose", "prefetch");
        let answer = exchange(marked, None).await;
        if let Ok(data) = answer.and_then(|answer| self.open::<T>(answer))
            && self.cached(request).is_none()
        {
            self.cache.put(request.path(), Rc::new(data));
        }
    }

    /// Sends a JSON body by `POST`. `idempotency_key` makes the same body count once, however often
    /// it is sent.
    ///
    /// # Errors
    /// When there is no answer in time, or the answer is a problem or no envelope.
    pub async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        idempotency_key: &str,
    ) -> Result<T, ApiFailure> {
        let body = serde_wasm_bindgen::to_value(body)
            .map_err(JsValue::from)
            .and_then(|body| js_sys::JSON::stringify(&body))
            .map_err(|_| ApiFailure::Offline)?;
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("idempotency-key", idempotency_key);
        self.open(exchange(request, Some(body.into())).await?)
    }

    /// Ends what `path` names.
    ///
    /// # Errors
    /// When there is no answer in time, or the answer is a problem or no envelope.
    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiFailure> {
        self.open(exchange(Request::delete(path), None).await?)
    }

    /// The data in an answer, whose flash messages are passed on.
    fn open<T: DeserializeOwned>(&self, answer: Answer) -> Result<T, ApiFailure> {
        let (status, request_id) = (answer.status, answer.request_id.clone());
        let data = self.unpack(answer)?;
        serde_wasm_bindgen::from_value(data)
            .map_err(|_| ApiFailure::Malformed { status, request_id })
    }

    /// The same with the data unread. It is the envelope's code for all types of data, which would
    /// otherwise be there once for each.
    fn unpack(&self, answer: Answer) -> Result<JsValue, ApiFailure> {
        let Answer {
            status,
            request_id,
            body,
        } = answer;
        // The browser's own JSON parser is there already; another would be 40 KB of code.
        let envelope = body.and_then(|body| serde_wasm_bindgen::from_value(body).ok());
        let (result, flashes) = read(envelope, status, request_id);
        if !flashes.is_empty() {
            self.on_flash.emit(flashes);
        }
        result.map(|Unread(data)| data)
    }

    /// What the server answered to this request earlier in the visit, so that Back shows a page
    /// at once.
    #[must_use]
    pub fn cached<T: DeserializeOwned + 'static>(&self, request: &Get<T>) -> Option<Rc<T>> {
        let kept = self.cache.get(request.path());
        kept.or_else(|| self.open_first(request))
    }

    /// The answer that came inside the page, where it is one to this request.
    fn open_first<T: DeserializeOwned + 'static>(&self, request: &Get<T>) -> Option<Rc<T>> {
        let first = self.first.borrow();
        let first = first.as_ref()?;
        if first.path != request.path() {
            return None;
        }
        if let Some(opened) = self.cache.get(request.path()) {
            return Some(opened);
        }
        let answer = Answer {
            status: 200,
            request_id: None,
            body: Some(first.body.clone()),
        };
        let data = Rc::new(self.open(answer).ok()?);
        self.cache.put(request.path(), Rc::clone(&data));
        Some(data)
    }

    /// The first hit of `find` among this visit's answers of the type `T`, newest first.
    pub fn find_cached<T: 'static, R>(&self, find: impl Fn(&T) -> Option<R>) -> Option<R> {
        self.cache.find(find)
    }
}

/// A value as the browser's JSON parser has left it.
#[derive(Deserialize)]
struct Unread(#[serde(with = "serde_wasm_bindgen::preserve")] JsValue);

/// The outcome in an envelope, and the flash messages that came with it; without an envelope, what
/// else is known about the answer.
fn read<T>(
    envelope: Option<Envelope<T>>,
    status: u16,
    request_id: Option<String>,
) -> (Result<T, ApiFailure>, Vec<Flash>) {
    match envelope {
        Some(Envelope {
            outcome: Outcome::Data(data),
            flash,
        }) => (Ok(data), flash),
        Some(Envelope {
            outcome: Outcome::Error(problem),
            flash,
        }) => (Err(ApiFailure::Problem(Box::new(problem))), flash),
        None => (
            Err(ApiFailure::Malformed { status, request_id }),
            Vec::new(),
        ),
    }
}

/// The answer that came inside the page, so that the first page of a visit waits for no other.
#[derive(Clone, PartialEq)]
pub struct FirstAnswer {
    path: String,
    body: JsValue,
}

impl FirstAnswer {
    /// Takes it out of the page; none where there is none.
    #[must_use]
    pub fn take_from(document: &Document) -> Option<Self> {
        let element = document.get_element_by_id("first-envelope")?;
        element.remove();
        Some(Self {
            path: element.get_attribute("data-path")?,
            body: js_sys::JSON::parse(&element.text_content()?).ok()?,
        })
    }
}

/// An HTTP response, read to its end.
struct Answer {
    status: u16,
    request_id: Option<String>,
    /// None when it isn't JSON.
    body: Option<JsValue>,
}

async fn exchange(request: RequestBuilder, body: Option<JsValue>) -> Result<Answer, ApiFailure> {
    let controller = AbortController::new().map_err(|_| ApiFailure::Offline)?;
    let timed_out = Rc::new(Cell::new(false));
    let _timer = {
        let (controller, timed_out) = (controller.clone(), Rc::clone(&timed_out));
        Timeout::new(TIMEOUT_MS, move || {
            timed_out.set(true);
            controller.abort();
        })
    };
    let request = request.abort_signal(Some(&controller.signal()));
    fetch(request, body).await.ok_or_else(|| {
        if timed_out.get() {
            ApiFailure::Timeout
        } else {
            ApiFailure::Offline
        }
    })
}

/// None when the answer doesn't come, or not to its end.
async fn fetch(request: RequestBuilder, body: Option<JsValue>) -> Option<Answer> {
    let request = match body {
        Some(body) => request.body(body),
        None => request.build(),
    };
    let response = request.ok()?.send().await.ok()?;
    let (status, request_id) = (response.status(), response.headers().get("x-request-id"));
    let body = web_sys::Response::from(response).json().ok()?;
    let body = match JsFuture::from(body).await {
        Ok(body) => Some(body),
        Err(error) if error.is_instance_of::<js_sys::SyntaxError>() => None,
        Err(_) => return None,
    };
    Some(Answer {
        status,
        request_id,
        body,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> (Result<i32, ApiFailure>, Vec<Flash>) {
        read(
            serde_json::from_str(body).ok(),
            status,
            Some("r-1".to_owned()),
        )
    }

    const FLASH: &str = r#"[{"id":"f1","category":"error","message":"Blog not found."}]"#;

    #[test]
    fn data_and_its_messages_are_read() {
        let (result, flashes) = answer(200, &format!(r#"{{"data":7,"flash":{FLASH}}}"#));
        assert_eq!(result, Ok(7));
        assert_eq!(flashes[0].message, "Blog not found.");
    }

    #[test]
    fn messages_of_a_failure_are_read_too() {
        let problem = r#"{"type":"about:blank","title":"Not Found","status":404,"code":"blog_not_found","detail":"No blog has the id 42.","request_id":"r-2"}"#;
        let (result, flashes) = answer(404, &format!(r#"{{"error":{problem},"flash":{FLASH}}}"#));
        let failure = result.expect_err("a problem");
        assert!(failure.is_not_found());
        assert_eq!(failure.request_id(), Some("r-2"));
        assert_eq!(flashes.len(), 1);
    }

    #[test]
    fn an_answer_that_is_no_envelope_keeps_status_and_request_id() {
        for body in [
            "",
            "<html>502 Bad Gateway</html>",
            r#"{"data":"seven","flash":[]}"#,
            "[]",
        ] {
            let (result, flashes) = answer(502, body);
            let failure = result.expect_err("no envelope");
            assert_eq!(failure.status(), Some(502), "{body}");
            assert_eq!(failure.request_id(), Some("r-1"), "{body}");
            assert!(flashes.is_empty());
        }
    }
}
