//! The single-page app's files and its shell.

use axum::http::Method;

use crate::harness::TestApp;

#[tokio::test]
async fn pages_get_the_shell_and_files_are_files() {
    let app = TestApp::new().await;
    for path in [
        "/",
        "/blogs",
        "/blogs?page=2",
        "/blogs/Rust-1.30.1",
        "/about",
        "/contact",
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text().contains("The shell"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
    }
    let script = app.get("/app-0123456789abcdef.js").await;
    assert_eq!(script.header("content-type"), Some("text/javascript"));
    assert!(
        script
            .header("cache-control")
            .expect("caching")
            .contains("immutable")
    );
}

#[tokio::test]
async fn an_unknown_address_is_404_with_the_shell_for_people_only() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let page = browser
        .send(
            Method::GET,
            "/no/such/page",
            &[("accept", "text/html,*/*;q=0.8")],
        )
        .await;
    assert_eq!(page.status, 404);
    assert!(page.text().contains("The shell"));
    let asset = browser
        .send(Method::GET, "/app-00.wasm", &[("accept", "*/*")])
        .await;
    assert_eq!(asset.status, 404);
    assert!(!asset.text().contains("The shell"));
    let outside = browser
        .send(Method::GET, "/..%2f..%2fCargo.toml", &[])
        .await;
    assert_eq!(outside.status, 404);
    assert_eq!(browser.send(Method::POST, "/", &[]).await.status, 405);
}
