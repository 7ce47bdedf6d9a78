//! Flashes in pages.

use axum::Router;
use axum::http::Method;
use axum::routing::get;
use flashblog::app::App;
use flashblog::session::Session;
use shared::flash::Category;

use crate::harness::{Client, TestApp};
use crate::pages::HTML;

async fn leaves_a_message(session: Session) -> axum::response::Redirect {
    session.flash(Category::Info, "Read me.");
    axum::response::Redirect::to("/")
}

/// A browser for which a flash waits.
async fn reader_with_flash(app: &TestApp) -> Client {
    let routes = Router::<App>::new().route("/leave", get(leaves_a_message));
    let reader = app.browser();
    let leaving = flashblog::router::in_envelopes(routes, &app.app).with_state(app.app.clone());
    let leaving = reader.through(leaving);
    leaving.get("/leave").await;
    reader
}

const READ_ME: [&str; 1] = ["info: Read me."];

#[tokio::test]
async fn a_page_delivers_a_flash_once() {
    let app = TestApp::new().await;
    for path in [
        "/",
        "/blogs",
        "/blogs/post-1",
        "/search?q=post",
        "/about",
        "/contact",
        "/no",
    ] {
        let reader = reader_with_flash(&app).await;
        let plain = app.get(path).await;
        let known = plain.header("etag").unwrap_or("\"none\"");
        let page = reader
            .send(Method::GET, path, &[HTML, ("if-none-match", known)])
            .await;
        assert_eq!(page.status, plain.status, "{path}: not a 304");
        assert_eq!(page.page_flashes(), READ_ME, "{path}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(page.header("etag"), None, "{path}");
        let again = reader.get(path).await;
        assert!(again.page_flashes().is_empty(), "{path}");
        assert!(reader.get("/api/v1/session").await.flashes().is_empty());
    }
}

#[tokio::test]
async fn a_flash_is_in_a_page_or_in_an_envelope_and_never_in_both() {
    let app = TestApp::new().await;
    for _ in 0..8 {
        let reader = reader_with_flash(&app).await;
        let (one, envelope, other) = tokio::join!(
            reader.get("/about"),
            reader.get("/api/v1/session"),
            reader.get("/blogs")
        );
        let told = [one.page_flashes(), envelope.flashes(), other.page_flashes()].concat();
        assert_eq!(told, READ_ME);
    }
}

#[tokio::test]
async fn a_page_that_no_person_sees_leaves_the_flash_to_the_next() {
    let app = TestApp::new().await;
    let reader = reader_with_flash(&app).await;
    let head = reader.send(Method::HEAD, "/about", &[HTML]).await;
    assert_eq!(head.status, 200);
    for purpose in ["prefetch", "prefetch;prerender"] {
        let page = reader
            .send(Method::GET, "/about", &[("sec-purpose", purpose)])
            .await;
        assert!(page.page_flashes().is_empty());
        assert!(
            page.text().contains("data-waiting"),
            "the app asks for flashes once a person sees the page"
        );
    }
    let page = reader.get("/about").await;
    assert_eq!(page.page_flashes(), READ_ME);
    assert!(!page.text().contains("data-waiting"));
}

#[tokio::test]
async fn a_bearer_client_gets_its_flashes_from_the_api() {
    let app = TestApp::new().await;
    let reader = reader_with_flash(&app).await;
    let token = reader.cookie().expect("a session");
    let bearer = format!("Bearer {}", token.trim_start_matches("session="));
    let client = app.browser();
    let bearer = [("authorization", bearer.as_str())];
    let page = client.send(Method::GET, "/about", &bearer).await;
    assert!(page.page_flashes().is_empty());
    let answer = client.send(Method::GET, "/api/v1/session", &bearer).await;
    assert_eq!(answer.flashes(), READ_ME);
}
