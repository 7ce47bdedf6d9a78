//! The content of the log, which must have no secrets.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::Method;
use axum::routing::get;
use flashblog::error::ApiError;
use flashblog::sources::{self, SourceOptions};
use parking_lot::Mutex;
use shared::session::SessionGrant;
use tokio::net::TcpListener;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;

use crate::harness::{KEY, TestApp};

/// Everything that is logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().clone()).expect("UTF-8")
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_token_and_no_key_is_logged_at_any_level() {
    let (log, _guard) = Log::start();
    let app = TestApp::new().await;
    let visitor = app.browser();
    let mut tokens = Vec::new();
    for _ in 0..3 {
        visitor.get("/api/v1/blogs").await;
        tokens.push(visitor.cookie().expect("a cookie").replace("session=", ""));
        app.clock.advance(Duration::from_secs(400));
    }
    let grant: SessionGrant = app.browser().post("/api/v1/session").await.data();
    let token = grant.token.expect("a token");
    let bearer = format!("Bearer {token}");
    let bad_bearer = format!("{bearer}A");
    for authorization in [&bearer, &bad_bearer] {
        visitor
            .send(
                Method::GET,
                "/api/v1/session",
                &[("authorization", authorization)],
            )
            .await;
    }
    tokens.push(token);
    visitor.send(Method::DELETE, "/api/v1/session", &[]).await;
    app.app.sessions.evict_expired().await;

    let text = log.text();
    assert!(
        text.contains("Returning cached blogs for session "),
        "{text}"
    );
    assert!(text.contains("Token refused"), "{text}");
    for token in tokens {
        for part in token.split('.') {
            assert!(!text.contains(part), "{text}");
        }
    }
    assert!(
        !text.contains(std::str::from_utf8(KEY).expect("text")),
        "{text}"
    );
}

async fn fails() -> ApiError {
    ApiError::internal("the cause, for the operator")
}

#[tokio::test]
async fn a_fault_is_logged_once_with_its_cause() {
    let (log, _guard) = Log::start();
    let routes = Router::new().route("/fails", get(fails));
    let app = TestApp::new().await.with_routes(routes);
    app.get("/fails").await;
    let text = log.text();
    let cause = "the cause, for the operator";
    let lines: Vec<&str> = text.lines().filter(|line| line.contains(cause)).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].contains("ERROR"), "{text}");
}

#[tokio::test]
async fn a_failing_source_is_an_error_for_the_operator() {
    let (log, _guard) = Log::start();
    let app = TestApp::new().await;
    app.source.fail();
    app.get("/api/v1/blogs").await;
    let text = log.text();
    assert!(
        text.contains("Fetching fresh blogs from API for session "),
        "{text}"
    );
    let line = text
        .lines()
        .find(|line| line.contains("API request failed: "));
    let line = line.unwrap_or_else(|| panic!("{text}"));
    assert!(
        line.contains("ERROR") && line.contains("10.1.2.3"),
        "{line}"
    );
}

#[tokio::test]
async fn a_thousand_bad_posts_are_a_few_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..1_000 {
        let path = folder.path().join(format!("{number}.md"));
        std::fs::write(path, "+++\ntitle = 'never closed'\n").expect("writes");
    }
    let records = serde_json::Value::from(vec![1; 1_000]).to_string();
    let upstream = Router::new().route("/", get(move || async move { records.clone() }));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, upstream).await });

    for source in [
        folder.path().display().to_string(),
        format!("json:http://{address}/"),
    ] {
        let (log, _guard) = Log::start();
        let options = SourceOptions {
            upstream_timeout: Duration::from_secs(60),
            ..SourceOptions::default()
        };
        let kind = source.parse().expect("a source");
        let opened = sources::open(&kind, &options).expect("opens");
        assert_eq!(opened.fetch().await.expect("reads"), []);
        let text = log.text();
        let lines = text.lines().filter(|line| line.contains("Skipping"));
        assert_eq!(lines.count(), 21, "{text}");
        assert!(text.contains("Skipping 980 more posts"), "{text}");
    }
}
