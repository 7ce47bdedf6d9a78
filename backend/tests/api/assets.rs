//! The app's files, from a folder and from the binary.

use std::sync::Arc;

use axum::http::Method;
use flashblog::site::assets::Assets;
use rust_embed::RustEmbed;
use shared::site::Site;

use crate::harness::{ASSETS, Answer, TestApp};

const SCRIPT: &str = "/app-0123456789abcdef.js";

#[derive(RustEmbed)]
#[folder = "tests/assets"]
struct InBinary;

async fn both() -> [TestApp; 2] {
    let binary = TestApp::new()
        .await
        .with_assets(Assets::in_binary::<InBinary>());
    [TestApp::new().await, binary]
}

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    app.browser().send(Method::GET, path, headers).await
}

#[tokio::test]
async fn files_have_their_type_and_hashed_names_stay() {
    for app in both().await {
        for (path, kind, is_lasting) in [
            (SCRIPT, "text/javascript", true),
            ("/app-0123456789abcdef_bg.wasm", "application/wasm", true),
            ("/favicon.svg", "image/svg+xml", false),
        ] {
            let file = app.get(path).await;
            assert_eq!(file.status, 200);
            assert_eq!(file.header("content-type"), Some(kind));
            let caching = if is_lasting {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            };
            assert_eq!(file.header("cache-control"), Some(caching), "{path}");
            let on_disk = std::fs::read(format!("{ASSETS}{path}")).expect("reads");
            assert_eq!(file.body, on_disk);
            let length = on_disk.len().to_string();
            assert_eq!(file.header("content-length"), Some(length.as_str()));
            let head = app.browser().send(Method::HEAD, path, &[]).await;
            assert_eq!(head.header("content-length"), Some(length.as_str()));
            assert!(head.body.is_empty());
        }
        assert!(app.get("/").await.text().contains("Home · FlashBlog"));
        assert_eq!(app.get("/none.js").await.status, 404);
    }
}

#[tokio::test]
async fn a_client_gets_the_copy_that_it_prefers_of_those_it_can_read() {
    for app in both().await {
        for (accepts, encoding, start) in [
            ("gzip, deflate, br, zstd", Some("br"), "pretend brotli"),
            ("gzip, zstd", Some("zstd"), "pretend zstd"),
            ("br;q=0.5, zstd", Some("zstd"), "pretend zstd"),
            ("gzip", Some("gzip"), "pretend gzip"),
            ("br;q=0.1, gzip;q=0.9", Some("gzip"), "pretend gzip"),
            ("br;q=0, gzip;q=0", None, "console"),
            ("identity", None, "console"),
            ("", None, "console"),
            ("nonsense;q=x", None, "console"),
        ] {
            let file = get(&app, SCRIPT, &[("accept-encoding", accepts)]).await;
            assert_eq!(file.status, 200, "{accepts}");
            assert_eq!(file.header("content-encoding"), encoding, "{accepts}");
            assert!(file.text().starts_with(start), "{accepts}");
            assert_eq!(file.header("content-type"), Some("text/javascript"));
            let vary = file.header("vary").expect("Vary").to_ascii_lowercase();
            assert!(vary.contains("accept-encoding"), "{vary}");
        }
        // This file has no compressed copies.
        let plain = get(&app, "/favicon.svg", &[("accept-encoding", "br")]).await;
        assert_eq!(
            (plain.status.as_u16(), plain.header("content-encoding")),
            (200, None)
        );
    }
}

#[tokio::test]
async fn a_file_is_not_sent_again_to_a_client_that_has_it() {
    for app in both().await {
        let first = app.get(SCRIPT).await;
        let tag = first.header("etag").expect("a validator");
        let date = first.header("last-modified").expect("a date");
        assert!(!tag.starts_with("W/"));
        for condition in [("if-none-match", tag), ("if-modified-since", date)] {
            let again = get(&app, SCRIPT, &[condition]).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
            assert_eq!(again.header("etag"), Some(tag));
            assert!(
                again
                    .header("cache-control")
                    .expect("caching")
                    .contains("immutable")
            );
        }
        let other = get(&app, SCRIPT, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status, 200);
        let compressed = get(&app, SCRIPT, &[("accept-encoding", "br")]).await;
        assert_ne!(compressed.header("etag"), Some(tag));
    }
}

#[tokio::test]
async fn a_part_of_a_file_can_be_asked_for() {
    for app in both().await {
        let whole = app.get(SCRIPT).await;
        let length = whole.body.len();
        let last = length - 1;
        let cases = [
            (
                "bytes=0-6",
                206,
                &whole.body[..7],
                format!("bytes 0-6/{length}"),
            ),
            (
                "bytes=8-",
                206,
                &whole.body[8..],
                format!("bytes 8-{last}/{length}"),
            ),
            (
                "bytes=-3",
                206,
                &whole.body[length - 3..],
                format!("bytes {}-{last}/{length}", length - 3),
            ),
            ("bytes=900-", 416, b"", format!("bytes */{length}")),
        ];
        for (range, status, part, content_range) in cases {
            let answer = get(&app, SCRIPT, &[("range", range)]).await;
            assert_eq!(answer.status.as_u16(), status, "{range}");
            if status == 206 {
                assert_eq!(answer.body, part, "{range}");
            }
            assert_eq!(answer.header("content-range"), Some(content_range.as_str()));
        }
        for headers in [
            &[("range", "bytes=0-1"), ("if-range", "\"an older build\"")] as &[_],
            &[("range", "bytes=0-1,4-5")],
            &[("range", "lines=1-2")],
        ] {
            let answer = get(&app, SCRIPT, headers).await;
            assert_eq!(
                (answer.status.as_u16(), &answer.body),
                (200, &whole.body),
                "{headers:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_build_while_the_server_runs_is_noticed() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let index = folder.path().join("index.html");
    let app = TestApp::new()
        .await
        .with_assets(Assets::in_folder(folder.path().to_owned()));
    let missing = app.get("/").await;
    assert_eq!(missing.status, 503);
    assert!(missing.text().contains("cargo xtask build"));
    assert_eq!(app.get("/api/v1/blogs").await.status, 200);

    std::fs::write(&index, "<title></title><div id=app></div>First").expect("writes");
    assert!(app.get("/").await.text().contains("First"));
    std::fs::write(&index, "<title></title><div id=app></div>Second").expect("writes");
    assert!(app.get("/").await.text().contains("Second"));
    std::fs::create_dir(folder.path().join("fonts")).expect("makes");
    assert_eq!(app.get("/fonts").await.status, 404);
    std::fs::write(&index, "no page at all").expect("writes");
    assert_eq!(app.get("/").await.status, 503);
}

#[test]
fn a_folder_that_is_named_beats_the_copy_in_the_binary() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let assets = Arc::new(Assets::open(Some(folder.path().to_owned())));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    assert!(runtime.block_on(assets.shell(&Site::default())).is_none());
}
