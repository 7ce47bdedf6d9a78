//! HTTP answers: sending a request in a limited time, and reading the envelope.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::RequestBuilder;
use gloo_timers::callback::Timeout;
use serde::Deserialize;
use shared::envelope::{Envelope, Outcome};
use shared::flash::Flash;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use crate::api::failure::ApiFailure;

/// How long an answer may take, its body included, in milliseconds.
pub(super) const ANSWER_TIMEOUT_MS: u32 = 12_000;

/// An HTTP response, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    /// None if the body is not JSON.
    pub(super) body: Option<JsValue>,
}

/// A value as the browser's JSON parser returned it.
#[derive(Deserialize)]
struct Raw(#[serde(with = "serde_wasm_bindgen::preserve")] JsValue);

impl Answer {
    /// The envelope's data, not deserialised yet, and its flashes. One function serves all types of
    /// data, so that its code exists once.
    pub(super) fn open(self) -> (Result<JsValue, ApiFailure>, Vec<Flash>) {
        // The browser has a JSON parser. Another one would add 40 KB of code.
        let envelope = self
            .body
            .and_then(|body| serde_wasm_bindgen::from_value(body).ok());
        let (result, flashes) = read_envelope(envelope, self.status, self.request_id);
        (result.map(|Raw(data)| data), flashes)
    }
}

/// The outcome and the flashes of an envelope. Without an envelope, the failure keeps the status
/// and the request id.
fn read_envelope<T>(
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

    fn answer(status: u16, body: &str) -> (Result<i32, ApiFailure>, Vec<Flash>) {
        read_envelope(
            serde_json::from_str(body).ok(),
            status,
            Some("r-1".to_owned()),
        )
    }

    const FLASH: &str = r#"[{"id":"f1","category":"error","message":"Blog not found."}]"#;

    #[test]
    fn data_and_its_flashes_are_read() {
        let (result, flashes) = answer(200, &format!(r#"{{"data":7,"flash":{FLASH}}}"#));
        assert_eq!(result, Ok(7));
        assert_eq!(flashes[0].message, "Blog not found.");
    }

    #[test]
    fn flashes_of_a_failure_are_read_too() {
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
