//! The app's files, from a folder and from the binary.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use flashblog::answers::Answers;
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
        for (accepts, encoding, copy) in [
            ("gzip, deflate, br, zstd", Some("br"), ".br"),
            ("gzip", Some("gzip"), ".gz"),
            ("br;q=0.1, gzip;q=0.9", Some("gzip"), ".gz"),
            ("zstd", None, ""),
            ("br;q=0, gzip;q=0", None, ""),
            ("identity", None, ""),
            ("", None, ""),
            ("nonsense;q=x", None, ""),
        ] {
            let file = get(&app, SCRIPT, &[("accept-encoding", accepts)]).await;
            assert_eq!(file.status, 200, "{accepts}");
            assert_eq!(file.header("content-encoding"), encoding, "{accepts}");
            let on_disk = std::fs::read(format!("{ASSETS}{SCRIPT}{copy}")).expect("reads");
            assert_eq!(file.body, on_disk, "{accepts}");
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
        let tomorrow = ("if-modified-since", "Tue, 01 Jan 2999 00:00:00 GMT");
        for (conditions, status) in [
            (&[("if-none-match", "\"other\"")] as &[_], 200),
            (&[tomorrow], 304),
            (
                &[("if-modified-since", "Mon, 01 Jan 1990 00:00:00 GMT")],
                200,
            ),
            (&[("if-modified-since", "yesterday")], 200),
            // The tag counts (RFC 9110, section 13.1.3).
            (&[("if-none-match", "\"other\""), tomorrow], 200),
        ] {
            let answer = get(&app, SCRIPT, conditions).await;
            assert_eq!(answer.status, status, "{conditions:?}");
        }
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
        let tag = whole.header("etag").expect("a validator");
        let same = [("range", "bytes=0-6"), ("if-range", tag)];
        let same = get(&app, SCRIPT, &same).await;
        assert_eq!((same.status.as_u16(), same.body.len()), (206, 7));
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

async fn app_with(folder: &Path) -> TestApp {
    let assets = Assets::in_folder(folder.to_owned());
    TestApp::new().await.with_assets(assets)
}

#[tokio::test]
async fn a_file_is_read_once_for_all_who_ask() {
    for app in both().await {
        let (first, second) = tokio::join!(app.get(SCRIPT), app.get(SCRIPT));
        assert_eq!(first.body, second.body);
        get(&app, &format!("/.{SCRIPT}"), &[]).await;
        assert_eq!(app.app.answers.written(), 1);
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_is_sent_anew_and_one_that_is_removed_is_gone() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let file = folder.path().join("main.css");
    let app = app_with(folder.path()).await;
    std::fs::write(&file, "a{}").expect("writes");
    let first = app.get("/main.css").await;
    assert_eq!((first.status.as_u16(), &*first.body), (200, &b"a{}"[..]));
    std::fs::write(&file, "a{color:red}").expect("writes");
    let tag = first.header("etag").expect("a validator");
    let second = get(&app, "/main.css", &[("if-none-match", tag)]).await;
    assert_eq!(
        (second.status.as_u16(), second.text()),
        (200, "a{color:red}".into())
    );
    std::fs::remove_file(&file).expect("removes");
    assert_eq!(app.get("/main.css").await.status, 404);
}

#[tokio::test]
async fn a_copy_of_another_build_is_not_sent() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for ending in ["", ".br", ".gz"] {
        let copy = format!("{ASSETS}{SCRIPT}{ending}");
        std::fs::copy(copy, folder.path().join(format!("app.js{ending}"))).expect("copies");
    }
    let app = app_with(folder.path()).await;
    let accepts = [("accept-encoding", "br, gzip")];
    let fitting = get(&app, "/app.js", &accepts).await;
    assert_eq!(fitting.header("content-encoding"), Some("br"));
    std::fs::write(folder.path().join("app.js"), "another()").expect("writes");
    let other = get(&app, "/app.js", &accepts).await;
    assert_eq!(other.header("content-encoding"), None);
    assert_eq!(other.text(), "another()");
}

#[tokio::test]
async fn a_file_without_copies_is_compressed_unless_its_type_is_compressed_already() {
    let folder = tempfile::tempdir().expect("temporary folder");
    for name in ["main.css", "a.woff2", "a.png"] {
        std::fs::write(folder.path().join(name), "a{color:red}".repeat(500)).expect("writes");
    }
    let app = app_with(folder.path()).await;
    let accepts = [("accept-encoding", "br")];
    while get(&app, "/main.css", &accepts).await.body.len() == 6_000 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for name in ["/a.woff2", "/a.png"] {
        for _ in 0..3 {
            let file = get(&app, name, &accepts).await;
            assert_eq!(file.header("content-encoding"), None, "{name}");
        }
        let kept = app.app.answers.bytes();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(app.app.answers.bytes(), kept, "{name}");
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_to_be_kept_is_sent_from_the_disk() {
    let app = TestApp::new().await.with_answers(Answers::new(1_000));
    let whole = app.get(SCRIPT).await;
    let on_disk = std::fs::read(format!("{ASSETS}{SCRIPT}")).expect("reads");
    assert_eq!((whole.status.as_u16(), &whole.body), (200, &on_disk));
    assert_eq!(whole.header("content-type"), Some("text/javascript"));
    let caching = whole.header("cache-control").expect("caching");
    assert!(caching.contains("immutable"), "{caching}");
    let tag = whole.header("etag").expect("a validator");
    let again = get(&app, SCRIPT, &[("if-none-match", tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let part = get(&app, SCRIPT, &[("range", "bytes=0-6")]).await;
    assert_eq!((part.status.as_u16(), &*part.body), (206, &on_disk[..7]));
    let packed = get(&app, SCRIPT, &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(packed.header("content-encoding"), Some("br"));
    let head = app.browser().send(Method::HEAD, SCRIPT, &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    let length = on_disk.len().to_string();
    assert_eq!(head.header("content-length"), Some(&*length));
    assert_eq!(app.app.answers.written(), 0);
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
