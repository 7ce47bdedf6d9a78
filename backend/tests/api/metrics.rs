//! The metrics for Prometheus.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use flashblog::router::metrics_router;
use tower::ServiceExt;

use crate::harness::{TestApp, any_host, posts};

async fn ask(router: Router, path: &str) -> (u16, String) {
    let request = Request::get(path)
        .header("host", "metrics.test")
        .body(Body::empty())
        .expect("a request");
    let response = router.oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

async fn scrape(app: &TestApp) -> String {
    let (status, text) = ask(metrics_router(app.app.clone(), any_host()), "/metrics").await;
    assert_eq!(status, 200);
    assert!(text.ends_with("# EOF\n"), "{text}");
    text
}

fn assert_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|one| one == *line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_route_and_status() {
    let app = TestApp::new().await;
    app.get("/api/v1/blogs").await;
    app.get("/api/v1/blogs?page=2").await;
    app.get("/api/v1/blogs/post-1").await;
    app.get("/api/v1/blogs/hidden-words").await;
    app.get("/api/hidden-words").await;
    app.get("/hidden-words").await;
    let brew = Method::from_bytes(b"BREW").expect("a method");
    app.browser().send(brew, "/healthz", &[]).await;
    let text = scrape(&app).await;
    assert_lines(
        &text,
        &[
            r#"http_requests_total{method="GET",route="/api/v1/blogs",status="200"} 2"#,
            r#"http_requests_total{method="GET",route="/api/v1/blogs/{id}",status="200"} 1"#,
            r#"http_requests_total{method="GET",route="/api/v1/blogs/{id}",status="404"} 1"#,
            r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
            r#"http_requests_total{method="GET",route="site",status="404"} 1"#,
            r#"http_requests_total{method="other",route="/healthz",status="405"} 1"#,
            r#"http_request_duration_seconds_count{route="/api/v1/blogs/{id}"} 2"#,
            r#"http_request_duration_seconds_bucket{le="+Inf",route="/api/v1/blogs"} 2"#,
            "http_requests_in_flight 0",
            concat!(
                "flashblog_build_info{version=\"",
                env!("CARGO_PKG_VERSION"),
                "\"} 1"
            ),
        ],
    );
    assert!(!text.contains("hidden-words"), "{text}");
    let started = text
        .lines()
        .find_map(|line| line.strip_prefix("process_start_time_seconds "))
        .expect("a start time");
    assert!(started.parse::<f64>().expect("a number") > 1.7e9);
}

#[tokio::test]
async fn the_source_and_what_sessions_hold_of_it_are_counted() {
    let app = TestApp::new().await;
    let first = app.browser();
    first.get("/api/v1/blogs").await;
    app.get("/api/v1/categories").await;
    first.send(Method::HEAD, "/api/v1/blogs/none", &[]).await;
    assert_lines(
        &scrape(&app).await,
        &[
            r#"flashblog_upstream_fetches_total{outcome="ok"} 1"#,
            r#"flashblog_upstream_fetches_total{outcome="failed"} 0"#,
            "flashblog_snapshots 1",
            "flashblog_sessions_with_waiting_flashes 1",
        ],
    );
    first.get("/api/v1/session").await;
    app.clock.advance(Duration::from_secs(60));
    app.source.hold(posts(3));
    app.get("/api/v1/blogs").await;
    app.clock.advance(Duration::from_secs(60));
    app.source.fail();
    app.get("/api/v1/blogs").await;
    assert_lines(
        &scrape(&app).await,
        &[
            r#"flashblog_upstream_fetches_total{outcome="ok"} 2"#,
            r#"flashblog_upstream_fetches_total{outcome="failed"} 1"#,
            "flashblog_snapshots 2",
            "flashblog_sessions_with_waiting_flashes 0",
        ],
    );
    app.clock.advance(Duration::from_secs(3500));
    app.app.blogs.evict_expired();
    assert_lines(&scrape(&app).await, &["flashblog_snapshots 1"]);
}

#[tokio::test]
async fn messages_are_counted_once_each_and_only_when_stored() {
    let app = TestApp::new().await;
    let client = app.browser();
    let message = r#"{"name":"Ada","email":"ada@example.org","subject":"Hello","message":"Hello"}"#;
    let key = [("idempotency-key", "one")];
    for _ in 0..2 {
        client.post_json("/api/v1/contact", &key, message).await;
    }
    client.post_json("/api/v1/contact", &[], "{}").await;
    assert_lines(
        &scrape(&app).await,
        &[
            r#"http_requests_total{method="POST",route="/api/v1/contact",status="201"} 2"#,
            r#"http_requests_total{method="POST",route="/api/v1/contact",status="422"} 1"#,
            "flashblog_messages_received_total 1",
        ],
    );
}

#[tokio::test]
async fn a_request_that_its_client_gave_up_is_in_flight_no_more() {
    let app = TestApp::new().await;
    app.source.gate.forget_permits(usize::MAX);
    let client = app.browser();
    let waiting = tokio::spawn(async move { client.get("/api/v1/blogs").await });
    while app.source.fetches() == 0 {
        tokio::task::yield_now().await;
    }
    assert_lines(&scrape(&app).await, &["http_requests_in_flight 1"]);
    waiting.abort();
    assert!(waiting.await.is_err());
    assert_lines(&scrape(&app).await, &["http_requests_in_flight 0"]);
}

#[tokio::test]
async fn each_listener_serves_its_own() {
    let app = TestApp::new().await;
    let metrics = metrics_router(app.app.clone(), any_host());
    assert_eq!(ask(metrics.clone(), "/api/v1/blogs").await.0, 404);
    assert_eq!(ask(metrics, "/").await.0, 404);
    let answer = app.get("/metrics").await;
    assert_eq!(answer.status, 404);
    assert!(!answer.text().contains("http_requests"));
}
