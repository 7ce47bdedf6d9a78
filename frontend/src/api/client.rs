//! The API client: sends requests, keeps answers, and hands flashes on.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_net::http::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::flash::Flash;
use wasm_bindgen::JsValue;
use yew::Callback;

use crate::api::answer::{Answer, exchange};
use crate::api::cache::AnswerCache;
use crate::api::failure::ApiFailure;
use crate::api::first_answer::FirstAnswer;
use crate::api::get::Get;

/// Talks to the API. Clones share their cache.
#[derive(Clone, Default, PartialEq)]
pub struct Client {
    on_flash: Callback<Vec<Flash>>,
    cache: Rc<AnswerCache>,
    first: Rc<RefCell<Option<FirstAnswer>>>,
}

impl Client {
    /// A client that hands the flashes of every envelope to `on_flash`. `first` is the answer that
    /// the document contains.
    pub fn new(on_flash: Callback<Vec<Flash>>, first: Option<FirstAnswer>) -> Self {
        Self {
            on_flash,
            cache: Rc::default(),
            first: Rc::new(RefCell::new(first)),
        }
    }

    /// Asks the server and keeps the answer. The browser adds the session cookie: requests stay
    /// within the origin.
    ///
    /// # Errors
    /// When no answer arrives in time, or the answer is a problem or no envelope.
    pub async fn get<T: DeserializeOwned + 'static>(
        &self,
        request: &Get<T>,
    ) -> Result<Rc<T>, ApiFailure> {
        // It counts once. The next request for the same path asks the server.
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

    /// Drops a kept answer. The many answers to a text being typed would otherwise push out the
    /// pages that Back needs.
    pub fn forget<T>(&self, request: &Get<T>) {
        self.cache.forget(request.path());
    }

    /// Asks for what the reader may want next and keeps the answer, unless there is one already. A
    /// failure is ignored. The server delivers no flashes with a prefetch.
    pub async fn prefetch<T: DeserializeOwned + 'static>(&self, request: &Get<T>) {
        if self.cached(request).is_some() {
            return;
        }
        // Scripts may not set `Sec-Purpose`, with which browsers mark their own prefetches.
        let marked = Request::get(request.path()).header("purpose", "prefetch");
        let answer = exchange(marked, None).await;
        if let Ok(data) = answer.and_then(|answer| self.open::<T>(answer))
            && self.cached(request).is_none()
        {
            self.cache.put(request.path(), Rc::new(data));
        }
    }

    /// Sends a JSON body by `POST`. The server acts once on the same body with the same
    /// `idempotency_key`.
    ///
    /// # Errors
    /// When no answer arrives in time, or the answer is a problem or no envelope.
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

    /// Sends a `DELETE`.
    ///
    /// # Errors
    /// When no answer arrives in time, or the answer is a problem or no envelope.
    pub async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiFailure> {
        self.open(exchange(Request::delete(path), None).await?)
    }

    /// The answer from earlier in the visit, so that Back shows a page at once.
    pub fn cached<T: DeserializeOwned + 'static>(&self, request: &Get<T>) -> Option<Rc<T>> {
        let kept = self.cache.get(request.path());
        kept.or_else(|| self.open_first(request))
    }

    /// The first hit of `find` among the kept answers of type `T`, newest first.
    pub fn find_cached<T: 'static, R>(&self, find: impl Fn(&T) -> Option<R>) -> Option<R> {
        self.cache.find(find)
    }

    /// The data of an answer. Its flashes go to `on_flash`.
    fn open<T: DeserializeOwned>(&self, answer: Answer) -> Result<T, ApiFailure> {
        let (status, request_id) = (answer.status, answer.request_id.clone());
        let data = self.open_raw(answer)?;
        serde_wasm_bindgen::from_value(data)
            .map_err(|_| ApiFailure::Malformed { status, request_id })
    }

    /// The part of [`Client::open`] that does not depend on the type.
    fn open_raw(&self, answer: Answer) -> Result<JsValue, ApiFailure> {
        let (result, flashes) = answer.open();
        if !flashes.is_empty() {
            self.on_flash.emit(flashes);
        }
        result
    }

    /// The answer in the document, if it answers this request.
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
}
