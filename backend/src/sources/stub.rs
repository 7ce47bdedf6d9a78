//! Upstreams for the tests of the adapters: servers on the loopback interface that count requests.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use url::Url;

/// Long enough for any machine. Tests of timeouts use a shorter one.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

/// Starts a server and returns its address.
pub(super) async fn serve(router: Router) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    Url::parse(&format!("http://{address}/")).expect("a URL")
}

/// A document of a stub.
#[derive(Clone, Default)]
pub(super) struct Document {
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) etag: Option<&'static str>,
    /// 0 is 200.
    pub(super) status: u16,
}

impl Document {
    pub(super) fn new(content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            content_type,
            body: body.into(),
            ..Self::default()
        }
    }

    pub(super) fn json(body: &serde_json::Value) -> Self {
        Self::new("application/json", body.to_string())
    }

    pub(super) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) fn with_etag(mut self, etag: &'static str) -> Self {
        self.etag = Some(etag);
        self
    }

    fn answer(&self, request: &Request) -> (Response, bool) {
        let known = request.headers().get(header::IF_NONE_MATCH);
        let is_known = self
            .etag
            .is_some_and(|etag| known.is_some_and(|known| known == etag));
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            (
                StatusCode::from_u16(self.status).unwrap_or_default(),
                [(header::CONTENT_TYPE, self.content_type)],
                self.body.clone(),
            )
                .into_response()
        };
        let etag = self.etag.map(|etag| ("etag", etag.to_owned()));
        for (name, value) in self.headers.iter().cloned().chain(etag) {
            let value = value.parse().expect("a header's value");
            response.headers_mut().append(name, value);
        }
        (response, is_known)
    }
}

/// A server whose documents a test can change. They are found by path, else by path and `page`.
#[derive(Clone, Default)]
pub(super) struct Stub {
    documents: Arc<Mutex<HashMap<String, Document>>>,
    seen: Arc<Mutex<Vec<(String, bool)>>>,
}

impl Stub {
    pub(super) fn put(&self, path: &str, document: Document) {
        self.documents.lock().insert(path.to_owned(), document);
    }

    pub(super) async fn serve(&self) -> Url {
        let stub = self.clone();
        serve(Router::new().fallback(move |request: Request| async move { stub.answer(&request) }))
            .await
    }

    /// The requests since the last call: how many, and how many of them were answered with 304.
    pub(super) fn requests(&self) -> (usize, usize) {
        let seen = std::mem::take(&mut *self.seen.lock());
        let unchanged = seen.iter().filter(|(_, unchanged)| *unchanged).count();
        (seen.len(), unchanged)
    }

    fn answer(&self, request: &Request) -> Response {
        let uri = request.uri();
        let query = uri.query().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let page = pairs
            .filter(|(name, _)| name == "page" || name == "orderby")
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&");
        let with_page = format!("{}?{page}", uri.path());
        let documents = self.documents.lock();
        let document = documents
            .get(&with_page)
            .or_else(|| documents.get(uri.path()));
        let Some(document) = document else {
            self.seen.lock().push((uri.to_string(), false));
            return StatusCode::NOT_FOUND.into_response();
        };
        let (response, unchanged) = document.answer(request);
        self.seen.lock().push((uri.to_string(), unchanged));
        response
    }
}

/// A file of the test data that `FLASHBLOG_TEST_DATA` names.
pub(super) fn test_data(path: &str) -> Vec<u8> {
    let folder = std::env::var_os("FLASHBLOG_TEST_DATA").expect("FLASHBLOG_TEST_DATA is set");
    std::fs::read(std::path::Path::new(&folder).join(path)).expect(path)
}
