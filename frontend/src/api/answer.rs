//! HTTP answers: sending a request in a limited time, and reading the envelope.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::RequestBuilder;
use gloo_timers::callback::Timeout;
use shared::flash::Flash;
use shared::problem::Problem;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::api::failure::ApiFailure;
use crate::json::{self, Json};

/// How long an answer may take, its body included, in milliseconds.
pub(super) const ANSWER_TIMEOUT_MS: u32 = 12_000;

/// An HTTP response, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    /// None if the body is not JSON.
    pub(super) body: Option<JsValue>,
}

impl Answer {
    /// The envelope's data, not deserialised yet, and its flashes. The function is not generic, so that
    /// the app contains its code once.
    pub(super) fn open(self) -> (Result<JsValue, ApiFailure>, Vec<Flash>) {
        let Some((outcome, flashes)) = self.body.as_ref().and_then(read_envelope) else {
            let failure = ApiFailure::Malformed {
                status: self.status,
                request_id: self.request_id,
            };
            return (Err(failure), Vec::new());
        };
        let outcome = outcome.map_err(|problem| ApiFailure::Problem(Box::new(problem)));
        (outcome, flashes)
    }
}

/// The outcome and the flashes of an envelope. None if `body` is not an envelope: one has data or a
/// problem, never both.
fn read_envelope<J: Json>(body: &J) -> Option<(Result<J, Problem>, Vec<Flash>)> {
    let outcome = match (body.member("data"), body.member("error")) {
        (Some(data), None) => Ok(data),
        (None, Some(problem)) => Err(json::read(&problem)?),
        _ => return None,
    };
    let flashes = match body.member("flash") {
        Some(flashes) => json::read(&flashes)?,
        None => Vec::new(),
    };
    Some((outcome, flashes))
}

/// Sends a request and reads the answer within [`ANSWER_TIMEOUT_MS`].
pub(super) async fn exchange(
    request: RequestBuilder,
    body: Option<JsValue>,
) -> Result<Answer, ApiFailure> {
    let controller = AbortController::new().map_err(|_| ApiFailure::Offline)?;
    let timed_out = Rc::new(Cell::new(false));
    let _timer = {
        let (controller, timed_out) = (controller.clone(), Rc::clone(&timed_out));
        Timeout::new(ANSWER_TIMEOUT_MS, move || {
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

/// None if the answer does not arrive completely.
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
    use serde_json::Value;

    fn envelope(body: &str) -> Option<(Result<Value, Problem>, Vec<Flash>)> {
        read_envelope(&serde_json::from_str::<Value>(body).ok()?)
    }

    const FLASH: &str = r#"[{"id":"f1","category":"error","message":"Blog not found."}]"#;
    const PROBLEM: &str = r#"{"type":"about:blank","title":"Not Found","status":404,"code":"blog_not_found","detail":"No blog has the id 42.","request_id":"r-2"}"#;

    #[test]
    fn data_and_its_flashes_are_read() {
        let body = format!(r#"{{"data":7,"flash":{FLASH}}}"#);
        let (outcome, flashes) = envelope(&body).expect("an envelope");
        assert_eq!(outcome, Ok(7.into()));
        assert_eq!(flashes[0].message, "Blog not found.");
        let (_, flashes) = envelope(r#"{"data":7}"#).expect("an envelope");
        assert!(flashes.is_empty());
    }

    #[test]
    fn flashes_of_a_failure_are_read_too() {
        let body = format!(r#"{{"error":{PROBLEM},"flash":{FLASH}}}"#);
        let (outcome, flashes) = envelope(&body).expect("an envelope");
        let problem = outcome.expect_err("a problem");
        assert_eq!((problem.status, problem.request_id.as_str()), (404, "r-2"));
        assert_eq!(flashes.len(), 1);
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        for body in [
            "[]",
            r#"{"flash":[]}"#,
            r#"{"data":null,"flash":[]}"#,
            r#"{"data":7,"flash":{}}"#,
            r#"{"error":{"status":404},"flash":[]}"#,
        ] {
            assert_eq!(envelope(body), None, "{body}");
        }
        let both = format!(r#"{{"data":7,"error":{PROBLEM},"flash":[]}}"#);
        assert_eq!(envelope(&both), None);
    }
}
