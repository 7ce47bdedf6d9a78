//! The API client: sends requests, keeps answers, and passes flashes on.

use std::any::Any;
use std::rc::Rc;

use gloo_net::http::Request;
use shared::flash::Flash;
use wasm_bindgen::JsValue;
use yew::Callback;

use crate::api::answer::{Answer, exchange};
use crate::api::cache::AnswerCache;
use crate::api::failure::ApiFailure;
use crate::api::first_answer::{FirstAnswer, FirstAnswers};
use crate::api::get::Get;
use crate::json::{self, FromJson, ToJson};

/// Talks to the API. Clones share their cache.
#[derive(Clone, Default, PartialEq)]
pub struct Client {
    on_flash: Callback<Vec<Flash>>,
    cache: Rc<AnswerCache>,
    first: FirstAnswers,
}

impl Client {
    /// A client that passes the flashes of every envelope to `on_flash`. Each of the `first` answers
    /// replaces one request.
    pub fn new(on_flash: Callback<Vec<Flash>>, first: FirstAnswers) -> Self {
        Self {
            on_flash,
            cache: Rc::default(),
            first,
        }
    }

    /// Asks the server and keeps the answer. The browser adds the session cookie: requests stay
    /// within the origin.
    ///
    /// # Errors
    /// When no answer arrives in time, or the answer is a problem or not an envelope.
    pub async fn get<T: FromJson + 'static>(&self, request: &Get<T>) -> Result<Rc<T>, ApiFailure> {
        // A first answer is used once. The next request for the same path asks the server.
        if let Some(result) = self.first(request) {
            let _ = self.first.take(request.path());
            return result;
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

    /// Requests data that the reader may want next, and keeps the answer. Does nothing if there is an
    /// answer already. A failure is ignored. The server delivers no flashes with a prefetch.
    pub async fn prefetch<T: FromJson + 'static>(&self, request: &Get<T>) {
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
    /// When no answer arrives in time, or the answer is a problem or not an envelope.
    pub async fn post<T: FromJson>(
        &self,
        path: &str,
        body: &impl ToJson,
        idempotency_key: &str,
    ) -> Result<T, ApiFailure> {
        let body = json::write(body).ok_or(ApiFailure::Offline)?;
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("idempotency-key", idempotency_key);
        self.open(exchange(request, Some(body.into())).await?)
    }

    /// Sends a `DELETE`.
    ///
    /// # Errors
    /// When no answer arrives in time, or the answer is a problem or not an envelope.
    pub async fn delete<T: FromJson>(&self, path: &str) -> Result<T, ApiFailure> {
        self.open(exchange(Request::delete(path), None).await?)
    }

    /// The answer from earlier in the visit, so that Back shows a page at once.
    pub fn cached<T: FromJson + 'static>(&self, request: &Get<T>) -> Option<Rc<T>> {
        let kept = self.cache.get(request.path());
        kept.or_else(|| self.first(request)?.ok())
    }

    /// The failure that is the first answer to `path`.
    pub fn first_failure(&self, path: &str) -> Option<ApiFailure> {
        self.first.failure(path)
    }

    /// The first hit of `find` among the kept answers of type `T`, newest first.
    pub fn find_cached<T: 'static, R>(&self, find: impl Fn(&T) -> Option<R>) -> Option<R> {
        self.cache.find(find)
    }

    /// The data of an answer. Its flashes go to `on_flash`.
    fn open<T: FromJson>(&self, answer: Answer) -> Result<T, ApiFailure> {
        let (status, request_id) = (answer.status, answer.request_id.clone());
        let data = self.open_raw(answer)?;
        json::read(&data).ok_or(ApiFailure::Malformed { status, request_id })
    }

    /// The part of [`Client::open`] that does not depend on the type.
    fn open_raw(&self, answer: Answer) -> Result<JsValue, ApiFailure> {
        let (result, flashes) = answer.open();
        if !flashes.is_empty() {
            self.on_flash.emit(flashes);
        }
        result
    }

    /// The first answer to a request, until [`Client::get`] has returned it.
    fn first<T: FromJson + 'static>(&self, request: &Get<T>) -> Option<Result<Rc<T>, ApiFailure>> {
        let path = request.path();
        let result = match self.first.take(path)? {
            // Data of another type returns None here, and then the server is asked.
            FirstAnswer::Raw(data) => Ok(Rc::new(json::read(&data)?)),
            FirstAnswer::Read(Ok(data)) => Ok(data.downcast().ok()?),
            FirstAnswer::Read(Err(failure)) => Err(failure),
        };
        if let Ok(data) = &result {
            self.cache.put(path, Rc::clone(data));
        }
        let kept = result.clone().map(|data| data as Rc<dyn Any>);
        self.first.set(path, FirstAnswer::Read(kept));
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(path: &str) -> Get<u8> {
        Get::new(path.to_owned())
    }

    #[test]
    fn a_first_answer_is_there_without_a_request() {
        let first = FirstAnswers::default()
            .with(&get("/a"), Ok(1))
            .with(&get("/b"), Err(ApiFailure::Timeout));
        let client = Client::new(Callback::noop(), first);
        assert_eq!(client.cached(&get("/a")).as_deref(), Some(&1));
        assert_eq!(client.first_failure("/a"), None);
        assert_eq!(client.cached(&get("/b")), None);
        assert_eq!(client.first_failure("/b"), Some(ApiFailure::Timeout));
        assert_eq!(client.cached(&get("/c")), None);
        assert_eq!(client.find_cached(|n: &u8| Some(*n)), Some(1));
    }
}
