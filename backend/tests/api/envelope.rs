//! The envelope of every response below `/api`, with any status.

use axum::Router;
use axum::http::{Method, StatusCode};
use axum::routing::get;
use flashblog::app::App;
use flashblog::error::ApiError;
use flashblog::session::Session;
use shared::flash::Category;

use crate::harness::{Answer, TestApp};

fn assert_api_headers(answer: &Answer) {
    assert_api_headers_but_request_id(answer);
    assert!(answer.header("x-request-id").is_some());
}

fn assert_api_headers_but_request_id(answer: &Answer) {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let caching = answer.header("cache-control");
    if answer.header("etag").is_some() {
        assert_eq!(caching, Some("private, no-cache"));
    } else {
        assert_eq!(caching, Some("no-store"));
    }
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        answer.header("content-security-policy"),
        Some("default-src 'none'; frame-ancestors 'none'")
    );
}

#[tokio::test]
async fn every_status_comes_in_an_envelope_with_the_security_headers() {
    let app = TestApp::new().await;
    let big = "x".repeat(64 * 1024 + 1);
    let client = app.browser();
    let cases = [
        (Method::GET, "/healthz", "", 200, ""),
        (Method::GET, "/readyz", "", 200, ""),
        (Method::GET, "/api/v1/blogs", "", 200, ""),
        (Method::POST, "/api/v1/session", "", 201, ""),
        (Method::GET, "/api", "", 404, "not_found"),
        (Method::GET, "/api/", "", 404, "not_found"),
        (Method::GET, "/api/v1", "", 404, "not_found"),
        (Method::GET, "/api/v1/blogs/", "", 404, "not_found"),
        (Method::GET, "/api/v2/blogs", "", 404, "not_found"),
        (Method::GET, "/api/v1/blogs/none", "", 404, "blog_not_found"),
        (
            Method::PATCH,
            "/api/v1/session",
            "",
            405,
            "method_not_allowed",
        ),
        (Method::DELETE, "/healthz", "", 405, "method_not_allowed"),
        (
            Method::POST,
            "/api/v1/session",
            big.as_str(),
            413,
            "payload_too_large",
        ),
    ];
    for (method, path, body, status, code) in cases {
        let length = body.len().to_string();
        let answer = client
            .send_body(
                method.clone(),
                path,
                &[("content-length", &length)],
                body.to_owned(),
            )
            .await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        assert_api_headers(&answer);
        if status >= 400 {
            let problem = answer.problem();
            assert_eq!(problem.code, code, "{method} {path}");
            assert_eq!(problem.type_uri, "about:blank");
            assert!(!problem.detail.is_empty());
        }
    }
}

#[tokio::test]
async fn a_405_lists_what_would_be_allowed_and_options_asks_for_it() {
    let app = TestApp::new().await;
    let refused = app
        .browser()
        .send(Method::PUT, "/api/v1/session", &[])
        .await;
    assert_eq!(refused.status, StatusCode::METHOD_NOT_ALLOWED);
    let allow = refused.header("allow").expect("Allow").to_owned();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    let options = app
        .browser()
        .send(Method::OPTIONS, "/api/v1/session", &[])
        .await;
    assert_eq!(options.status, StatusCode::OK);
    assert_eq!(options.header("allow"), Some(allow.as_str()));
    assert_api_headers(&options);
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let app = TestApp::new().await;
    let client = app.browser();
    let get = client.get("/api/v1/blogs").await;
    let head = client.send(Method::HEAD, "/api/v1/blogs", &[]).await;
    assert_eq!(head.status, StatusCode::OK);
    assert!(head.body.is_empty());
    assert_eq!(head.header("content-length"), get.header("content-length"));
    assert_api_headers(&head);
}

#[tokio::test]
async fn a_well_formed_request_id_is_kept_and_another_replaced() {
    let app = TestApp::new().await;
    let client = app.browser();
    let kept = client
        .send(
            Method::GET,
            "/api/v1/nowhere",
            &[("x-request-id", "trace-7_A.1")],
        )
        .await;
    assert_eq!(kept.problem().request_id, "trace-7_A.1");
    let long = "a".repeat(129);
    for id in ["", "two words", "semi;colon", long.as_str()] {
        let answer = client
            .send(Method::GET, "/api/v1/nowhere", &[("x-request-id", id)])
            .await;
        assert_ne!(answer.problem().request_id, id);
        assert_eq!(answer.problem().request_id.len(), 36, "a new one");
    }
}

async fn panics(session: Session) {
    session.flash(Category::Info, "Said before the crash.");
    panic!("secret words at /etc/flashblog");
}

async fn fails() -> ApiError {
    ApiError::internal("secret words at /etc/flashblog")
}

#[tokio::test]
async fn a_panic_and_a_fault_are_one_opaque_500_that_loses_no_flash() {
    let routes: Router<App> = Router::new()
        .route("/panics", get(panics))
        .route("/fails", get(fails));
    let app = TestApp::new().await.with_routes(routes);
    for path in ["/panics", "/fails"] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        let body = answer.json();
        assert_eq!(body["error"]["code"], "internal_error");
        assert!(!answer.text().contains("secret words"), "{body}");
        assert_api_headers_but_request_id(&answer);
    }
    assert_eq!(
        app.get("/panics").await.flashes(),
        ["info: Said before the crash."]
    );
}

#[tokio::test]
async fn lists_and_posts_are_not_sent_again_to_a_client_that_has_them() {
    let app = TestApp::new().await;
    let client = app.browser();
    for path in ["/api/v1/blogs?page=2", "/api/v1/blogs/post-1"] {
        let first = client.get(path).await;
        let tag = first.header("etag").expect("a validator").to_owned();
        assert!(first.header("vary").expect("Vary").contains("Cookie"));
        for condition in [tag.as_str(), &format!("\"other\", W/{tag}"), "*"] {
            let again = client
                .send(Method::GET, path, &[("if-none-match", condition)])
                .await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{condition}");
            assert!(again.body.is_empty());
            assert_eq!(again.header("etag"), Some(tag.as_str()));
            assert_eq!(again.header("cache-control"), Some("private, no-cache"));
        }
        let other = client
            .send(Method::GET, path, &[("if-none-match", "\"other\"")])
            .await;
        assert_eq!(
            (other.status, other.body),
            (StatusCode::OK, first.body.clone())
        );
        let head = client.send(Method::HEAD, path, &[]).await;
        assert_eq!(head.header("etag"), Some(tag.as_str()));
    }
    for path in ["/api/v1/blogs/none", "/api/v1/session", "/healthz"] {
        let answer = client.get(path).await;
        assert_eq!(answer.header("etag"), None, "{path}");
    }
}

async fn leaves_a_message(session: Session) -> axum::response::Redirect {
    session.flash(Category::Info, "Read me.");
    axum::response::Redirect::to("/")
}

#[tokio::test]
async fn a_message_is_never_lost_to_a_304() {
    let routes: Router<App> = Router::new()
        .route("/leave", get(leaves_a_message))
        .route("/blogs", get(flashblog::handlers::blogs::list));
    let app = TestApp::new().await.with_routes(routes);
    let client = app.browser();
    let tag = client.get("/blogs").await;
    let tag = [("if-none-match", tag.header("etag").expect("a validator"))];
    client.get("/leave").await;
    let head = client.send(Method::HEAD, "/blogs", &tag).await;
    assert_eq!(
        (head.status, head.header("cache-control")),
        (StatusCode::OK, Some("no-store"))
    );
    let told = client.send(Method::GET, "/blogs", &tag).await;
    assert_eq!(told.flashes(), ["info: Read me."]);
    assert_eq!(told.header("cache-control"), Some("no-store"));
    assert_eq!(told.header("etag"), None);
    let after = client.send(Method::GET, "/blogs", &tag).await;
    assert_eq!(after.status, StatusCode::NOT_MODIFIED);

    app.clock.advance(std::time::Duration::from_secs(3601));
    app.source.fail();
    let stale = client.send(Method::GET, "/blogs", &tag).await;
    assert_eq!(stale.status, StatusCode::OK);
    assert_eq!(stale.flashes().len(), 1);
}
