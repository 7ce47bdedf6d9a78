//! Compressed bodies and pictures: what a client wants of them.

use std::io::Read;

use axum::http::Method;
use flashblog::sources::folder::FolderSource;
use flate2::read::GzDecoder;

use crate::harness::{Answer, TestApp, posts};

async fn get(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    app.browser().send(Method::GET, path, headers).await
}

fn unpacked(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(&answer.body[..])
        .read_to_end(&mut plain)
        .expect("gzip");
    plain
}

const GZIP: (&str, &str) = ("accept-encoding", "br, gzip");

#[tokio::test]
async fn pages_feeds_and_lists_are_compressed_for_who_reads_gzip() {
    let app = TestApp::new().await;
    app.source.hold(posts(20));
    for path in [
        "/blogs",
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/sitemap.xml",
    ] {
        let plain = app.get(path).await;
        let packed = get(&app, path, &[GZIP]).await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
        assert_eq!(plain.header("content-encoding"), None);
        assert_eq!(unpacked(&packed), plain.body, "{path}");
        let length = packed.body.len().to_string();
        assert_eq!(packed.header("content-length"), Some(length.as_str()));
        for answer in [&plain, &packed] {
            let varies = answer
                .headers
                .get_all("vary")
                .iter()
                .any(|value| value.as_bytes().ends_with(b"Accept-Encoding"));
            assert!(varies, "{path}");
        }
        // Other bytes have another validator, which the 304 repeats.
        let tag = packed.header("etag").expect("a validator");
        assert!(tag.starts_with("W/"), "{tag}");
        assert_ne!(plain.header("etag"), Some(tag));
        let again = get(&app, path, &[GZIP, ("if-none-match", tag)]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        assert_eq!(again.header("etag"), Some(tag));
        assert_eq!(again.header("content-encoding"), None);
    }
    let client = app.browser();
    client.get("/api/v1/blogs").await;
    let list = client.send(Method::GET, "/api/v1/blogs", &[GZIP]).await;
    assert_eq!(list.header("content-encoding"), Some("gzip"));
    let list: serde_json::Value = serde_json::from_slice(&unpacked(&list)).expect("JSON");
    assert!(list["data"]["items"].is_array() || list["data"].is_object());
}

#[tokio::test]
async fn small_answers_failures_and_tokens_are_sent_as_they_are() {
    let app = TestApp::new().await;
    let missing = get(&app, "/api/v1/none", &[GZIP]).await;
    assert_eq!(missing.header("content-encoding"), None);
    let none = get(&app, "/no/such/page", &[GZIP, ("accept", "text/html")]).await;
    assert_eq!(
        (none.status.as_u16(), none.header("content-encoding")),
        (404, None)
    );
    let token = app
        .browser()
        .send(Method::POST, "/api/v1/session", &[GZIP])
        .await;
    assert_eq!(
        (token.status.as_u16(), token.header("content-encoding")),
        (201, None)
    );
}

#[tokio::test]
async fn a_picture_is_not_sent_again() {
    let app = TestApp::new().await.with_built_in_posts();
    let path = "/media/cover-drain.svg";
    let whole = app.get(path).await;
    assert_eq!(whole.status, 200);
    let tag = whole.header("etag").expect("a validator");
    assert!(!tag.starts_with("W/"), "{tag}");
    let again = get(&app, path, &[("if-none-match", tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let packed = get(&app, path, &[GZIP]).await;
    assert_eq!(unpacked(&packed), whole.body);

    let head = app.browser().send(Method::HEAD, path, &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
}

async fn app_with_folder(files: &[(&str, &[u8])]) -> (TestApp, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("writes");
    }
    let source = FolderSource::new(folder.path().to_owned());
    (TestApp::new().await.with_source(source), folder)
}

#[tokio::test]
async fn a_picture_of_a_folder_is_sent_whole_in_part_or_not_again() {
    let bytes: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
    let (app, _folder) = app_with_folder(&[("a.png", &bytes)]).await;
    let path = "/media/a.png";
    let whole = app.get(path).await;
    assert_eq!((whole.status.as_u16(), &whole.body), (200, &bytes));
    assert_eq!(whole.header("content-type"), Some("image/png"));
    assert_eq!(whole.header("content-length"), Some("100000"));
    assert_eq!(whole.header("cache-control"), Some("public, max-age=3600"));
    assert_eq!(
        whole.header("cross-origin-resource-policy"),
        Some("cross-origin")
    );
    let tag = whole.header("etag").expect("a validator").to_owned();
    let date = whole.header("last-modified").expect("a date").to_owned();
    for condition in [("if-none-match", &*tag), ("if-modified-since", &*date)] {
        let again = get(&app, path, &[condition]).await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        assert_eq!(again.header("etag"), Some(&*tag));
        assert_eq!(again.header("cache-control"), Some("public, max-age=3600"));
    }
    let part = get(&app, path, &[("range", "bytes=10-19")]).await;
    assert_eq!(
        (part.status.as_u16(), &part.body[..]),
        (206, &bytes[10..20])
    );
    assert_eq!(part.header("content-range"), Some("bytes 10-19/100000"));
    let beyond = get(&app, path, &[("range", "bytes=100000-")]).await;
    assert_eq!(beyond.status, 416);
    let changed = get(
        &app,
        path,
        &[("range", "bytes=10-19"), ("if-range", "\"old\"")],
    )
    .await;
    assert_eq!(
        (changed.status.as_u16(), changed.body.len()),
        (200, 100_000)
    );
    let head = app.browser().send(Method::HEAD, path, &[]).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), Some("100000"));
    assert_eq!(app.get("/media/b.png").await.status, 404);
}

#[tokio::test]
async fn a_drawing_of_a_folder_is_compressed_under_a_validator_of_its_own() {
    let drawing = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\">{}</svg>",
        "<g/>".repeat(1_000)
    );
    let (app, _folder) = app_with_folder(&[("a.svg", drawing.as_bytes())]).await;
    let plain = app.get("/media/a.svg").await;
    let packed = get(&app, "/media/a.svg", &[GZIP]).await;
    assert_eq!(unpacked(&packed), plain.body);
    assert_eq!(packed.header("content-type"), Some("image/svg+xml"));
    let length = packed.body.len().to_string();
    assert_eq!(packed.header("content-length"), Some(&*length));
    let tag = packed.header("etag").expect("a validator");
    assert_eq!(
        Some(tag),
        plain
            .header("etag")
            .map(|tag| format!("W/{tag}"))
            .as_deref()
    );
    let again = get(&app, "/media/a.svg", &[GZIP, ("if-none-match", tag)]).await;
    assert_eq!(again.status, 304);
    for answer in [plain, packed] {
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
    }
}
