//! A client of the app, and what it is answered.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use flashblog::clients::peer::Peer;
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use shared::envelope::{Envelope, Outcome};
use shared::flash::Flash;
use shared::problem::Problem;
use tower::ServiceExt;

/// A client that keeps the session cookie.
#[derive(Clone)]
pub(crate) struct Client {
    pub(super) router: Router,
    pub(super) cookie: Arc<Mutex<Option<String>>>,
    pub(super) host: &'static str,
    pub(super) peer: SocketAddr,
}

impl Client {
    /// The same visitor, who sends requests to another router.
    pub(crate) fn through(&self, router: Router) -> Self {
        Self {
            router,
            ..self.clone()
        }
    }

    /// The cookie in the jar, as `name=value`.
    pub(crate) fn cookie(&self) -> Option<String> {
        self.cookie.lock().clone()
    }

    /// Puts a `name=value` into the jar.
    pub(crate) fn set_cookie(&self, cookie: &str) {
        *self.cookie.lock() = Some(cookie.to_owned());
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    pub(crate) async fn post(&self, path: &str) -> Answer {
        self.send(Method::POST, path, &[]).await
    }

    /// Posts JSON.
    pub(crate) async fn post_json(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let headers = [headers, &[("content-type", "application/json")]].concat();
        self.send_body(Method::POST, path, &headers, body).await
    }

    /// Posts a form.
    pub(crate) async fn post_form(&self, path: &str, body: impl Into<Body>) -> Answer {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send_body(Method::POST, path, &headers, body).await
    }

    /// Sends a request without a body.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        self.send_body(method, path, headers, Body::empty()).await
    }

    /// Sends a request with the cookie in the jar, and keeps the cookie that the response sets.
    pub(crate) async fn send_body(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.host);
        if let Some(cookie) = self.cookie() {
            let cookies = HeaderValue::from_bytes(format!("theme=dark; {cookie}").as_bytes());
            request = request.header(header::COOKIE, cookies.expect("no control characters"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .extension(Peer::at(self.peer))
            .body(body.into())
            .expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("infallible");
        let (parts, body) = response.into_parts();
        if let Some(set) = parts.headers.get(header::SET_COOKIE) {
            let pair = set
                .to_str()
                .expect("text")
                .split(';')
                .next()
                .unwrap_or_default();
            let emptied = pair.ends_with('=');
            *self.cookie.lock() = (!emptied).then(|| pair.to_owned());
        }
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.expect("a body").to_vec(),
        }
    }
}

/// A response whose body was read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("text"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("UTF-8")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn envelope<T: DeserializeOwned>(&self) -> Envelope<T> {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The envelope's data.
    pub(crate) fn data<T: DeserializeOwned>(&self) -> T {
        match self.envelope().outcome {
            Outcome::Data(data) => data,
            Outcome::Error(problem) => panic!("{problem:?}"),
        }
    }

    /// The envelope's problem. Checks that its status and request id equal those of the response.
    pub(crate) fn problem(&self) -> Problem {
        match self.envelope::<serde_json::Value>().outcome {
            Outcome::Error(problem) => {
                assert_eq!(problem.status, self.status.as_u16());
                assert_eq!(
                    Some(problem.request_id.as_str()),
                    self.header("x-request-id")
                );
                problem
            }
            Outcome::Data(data) => panic!("{data}"),
        }
    }

    /// The flashes in a page, in the format of [`Self::flashes`].
    pub(crate) fn page_flashes(&self) -> Vec<String> {
        let html = self.text();
        let start = "<script type=\"application/json\" id=\"flashes\">";
        let Some((_, block)) = html.split_once(start) else {
            return Vec::new();
        };
        let (json, _) = block.split_once("</script>").expect("its end");
        let flashes: Vec<Flash> = serde_json::from_str(json).expect("flashes");
        flashes.iter().map(as_line).collect()
    }

    /// The flashes of the envelope, as `category: message`.
    pub(crate) fn flashes(&self) -> Vec<String> {
        let envelope = self.envelope::<serde_json::Value>();
        envelope.flash.iter().map(as_line).collect()
    }
}

fn as_line(flash: &Flash) -> String {
    let category = serde_json::to_value(flash.category).expect("JSON");
    let category = category.as_str().unwrap_or_default();
    format!("{category}: {}", flash.message)
}
