//! Which addresses lead to a file of the app, and that none leads out of its folder.

use std::fs;

use flashblog::site::assets::Assets;
use tempfile::TempDir;

use crate::harness::{ASSETS, TestApp};
use crate::logs::Log;

/// A folder `dist` with some files, and a file beside it.
async fn app() -> (TestApp, TempDir) {
    let outside = tempfile::tempdir().expect("temporary folder");
    fs::write(outside.path().join("secret.txt"), "secret").expect("writes");
    let dist = outside.path().join("dist");
    fs::create_dir_all(dist.join("fonts")).expect("makes");
    fs::write(dist.join("app.js"), "app()").expect("writes");
    fs::write(dist.join("fonts/a b.txt"), "a font").expect("writes");
    let app = TestApp::new().await.with_assets(Assets::in_folder(dist));
    (app, outside)
}

#[tokio::test]
async fn no_address_leads_out_of_the_folder() {
    let (app, outside) = app().await;
    let absolute = outside.path().join("secret.txt").display().to_string();
    let encoded = absolute.replace('/', "%2f");
    let long = format!("/{}.js", "a".repeat(300));
    for path in [
        "/../secret.txt",
        "/./../secret.txt",
        "/%2e%2e/secret.txt",
        "/.%2E/secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/fonts/../../secret.txt",
        "/fonts/..%2f..%2fsecret.txt",
        "/%252e%252e/secret.txt",
        "/..%5csecret.txt",
        "/..%c0%afsecret.txt",
        &format!("/{absolute}"),
        &format!("/{encoded}"),
        &format!("/fonts/{encoded}"),
        &long,
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains("secret"), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_file_is_missing() {
    let (app, _outside) = app().await;
    for path in [
        "/none.js",
        "/app.js/",
        "/app.js/none.js",
        "/app.js%00",
        "/app.js%00.txt",
        "/%ff.js",
        "/fonts/",
        "/fonts/.",
        "/fonts%2f.",
        "/fonts/a%5c%20b.txt",
    ] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_file_has_all_the_addresses_that_name_it() {
    let (app, _outside) = app().await;
    for path in [
        "/app.js",
        "//app.js",
        "/./app.js",
        "/app%2Ejs",
        "/app.js?v=2",
    ] {
        assert_eq!(app.get(path).await.text(), "app()", "{path}");
    }
    for path in [
        "/fonts/a%20b.txt",
        "/fonts//a%20b.txt",
        "/fonts%2fa%20b.txt",
        "/fonts/%2e/a%20b.txt",
    ] {
        assert_eq!(app.get(path).await.text(), "a font", "{path}");
    }
    assert_eq!(app.app.answers.written(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_followed_wherever_the_operator_lets_it_lead() {
    use std::os::unix::fs::symlink;

    let (app, outside) = app().await;
    let dist = outside.path().join("dist");
    symlink(outside.path().join("secret.txt"), dist.join("link.txt")).expect("links");
    symlink(ASSETS, dist.join("folder.d")).expect("links");
    symlink(dist.join("no such file"), dist.join("broken.txt")).expect("links");
    assert_eq!(app.get("/link.txt").await.text(), "secret");
    assert_eq!(app.get("/folder.d/favicon.svg").await.status, 200);
    assert_eq!(app.get("/folder.d").await.status, 404);
    assert_eq!(app.get("/broken.txt").await.status, 404);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_cant_be_read_is_a_failure_with_a_line_in_the_log() {
    let (app, outside) = app().await;
    let circle = outside.path().join("dist/circle.js");
    std::os::unix::fs::symlink(&circle, &circle).expect("links");
    let (log, _guard) = Log::start();
    assert_eq!(app.get("/circle.js").await.status, 500);
    let text = log.text();
    let mut lines = text.lines();
    assert!(
        lines.any(|line| line.contains("ERROR") && line.contains("/circle.js")),
        "{text}"
    );
}
