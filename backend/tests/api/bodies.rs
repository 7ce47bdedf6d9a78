//! Encodings, validators, lengths and ranges of answers.

use std::io::Read;
use std::time::Duration;

use axum::http::Method;
use flashblog::answers::Answers;
use flashblog::sources::folder::FolderSource;
use flate2::read::GzDecoder;
use shared::blog::BlogPage;

use crate::harness::{Answer, Client, TestApp, posts};

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

/// Repeats a request until the answer has this encoding: the server compresses in the background, for
/// later requests.
async fn packed(client: &Client, path: &str, encoding: &str) -> Answer {
    let header = [("accept-encoding", encoding)];
    for _ in 0..1_000 {
        let answer = client.send(Method::GET, path, &header).await;
        assert_eq!(answer.status, 200, "{path}");
        if answer.header("content-encoding") == Some(encoding) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{path} never came in {encoding}");
}

fn unpacked_brotli(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &answer.body[..], &mut plain).expect("brotli");
    plain
}

#[tokio::test]
async fn pages_feeds_lists_and_posts_are_written_once_and_compressed_for_clients_that_accept_it() {
    let app = TestApp::new().await;
    app.source.hold(posts(20));
    let client = app.browser();
    client.get("/api/v1/session").await;
    for path in [
        "/blogs",
        "/blogs?category=Even&page=2",
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/sitemap.xml",
        "/api/v1/blogs",
        "/api/v1/search?q=post",
        "/api/v1/openapi.json",
        "/api/docs",
    ] {
        let plain = client.get(path).await;
        assert_eq!(plain.header("content-encoding"), None);
        let gzip = packed(&client, path, "gzip").await;
        assert_eq!(unpacked(&gzip), plain.body, "{path}");
        let brotli = packed(&client, path, "br").await;
        assert_eq!(unpacked_brotli(&brotli), plain.body, "{path}");
        for answer in [&plain, &gzip, &brotli] {
            let length = answer.body.len().to_string();
            assert_eq!(answer.header("content-length"), Some(length.as_str()));
            let mut varies = answer.headers.get_all("vary").iter();
            assert!(
                varies.any(|value| value.as_bytes().ends_with(b"Accept-Encoding")),
                "{path}"
            );
        }
        // A client that accepts both gets the better one.
        let both = [("accept-encoding", "gzip, deflate, br, zstd")];
        let both = client.send(Method::GET, path, &both).await;
        assert_eq!(both.header("content-encoding"), Some("br"), "{path}");
        // Each encoding has its own validator, which the 304 repeats.
        for answer in [&gzip, &brotli] {
            let tag = answer.header("etag").expect("a validator");
            assert!(tag.starts_with("W/"), "{tag}");
            assert_ne!(plain.header("etag"), Some(tag));
            let encoding = answer.header("content-encoding").expect("packed");
            let again = [("accept-encoding", encoding), ("if-none-match", tag)];
            let again = client.send(Method::GET, path, &again).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
            assert_eq!(again.header("etag"), Some(tag));
            assert_eq!(again.header("content-encoding"), None);
            assert_eq!(again.header("content-length"), None);
        }
    }
}

#[tokio::test]
async fn head_says_the_length_of_the_get_or_none() {
    let app = TestApp::new().await.with_built_in_posts();
    let client = app.browser();
    client.get("/api/v1/session").await;
    for path in [
        "/",
        "/blogs",
        "/no/such/page",
        "/no-such-file.txt",
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/sitemap.xml",
        "/robots.txt",
        "/error.css",
        "/media/cover-drain.svg",
        "/api/v1/blogs",
        "/api/v1/categories",
        "/api/v1/openapi.json",
        "/api/docs",
        "/api/docs/docs.css",
        "/api/v1/blogs/none",
        "/api/v1/session",
        "/healthz",
    ] {
        let head = client.send(Method::HEAD, path, &[]).await;
        let get = client.get(path).await;
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        let said = head.header("content-length").map(str::to_owned);
        if path != "/api/v1/blogs/none" {
            assert_eq!(said, Some(get.body.len().to_string()), "{path}");
        } else {
            assert_eq!(said, None, "the length would depend on the flash");
        }
    }
}

#[tokio::test]
async fn a_part_of_an_answer_can_be_asked_for() {
    let app = TestApp::new().await;
    app.source.hold(posts(20));
    let client = app.browser();
    let whole = client.get("/feed.xml").await;
    let length = whole.body.len();
    let tag = whole.header("etag").expect("a validator").to_owned();
    let ask = async |headers: &[(&str, &str)]| client.send(Method::GET, "/feed.xml", headers).await;
    for (range, first, last) in [
        ("bytes=0-9", 0, 9),
        ("bytes=100-", 100, length - 1),
        ("bytes=-10", length - 10, length - 1),
        ("bytes=5-999999999", 5, length - 1),
    ] {
        let part = ask(&[("range", range), ("accept-encoding", "gzip, br")]).await;
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.body, whole.body[first..=last], "{range}");
        let said = format!("bytes {first}-{last}/{length}");
        assert_eq!(part.header("content-range"), Some(said.as_str()));
        assert_eq!(part.header("content-encoding"), None);
        assert_eq!(part.header("etag"), Some(tag.as_str()));
    }
    let beyond = ask(&[("range", "bytes=999999999-")]).await;
    assert_eq!(beyond.status, 416);
    let said = format!("bytes */{length}");
    assert_eq!(beyond.header("content-range"), Some(said.as_str()));
    let other = ask(&[("range", "bytes=0-9"), ("if-range", "\"other\"")]).await;
    assert_eq!((other.status.as_u16(), other.body.len()), (200, length));
    let same = ask(&[("range", "bytes=0-9"), ("if-range", &tag)]).await;
    assert_eq!(same.status, 206);
    for range in ["bytes=0-1,5-9", "lines=1-2"] {
        let all = ask(&[("range", range)]).await;
        assert_eq!(
            (all.status.as_u16(), all.body.len()),
            (200, length),
            "{range}"
        );
    }
}

#[tokio::test]
async fn kept_answers_stay_within_their_bound() {
    let app = TestApp::new().await.with_answers(Answers::new(200_000));
    let client = app.browser();
    for number in 0..300 {
        let path = format!("/api/v1/blogs?tag=made-up-{number}");
        assert_eq!(client.get(&path).await.status, 200);
        client.get(&format!("/blogs?tag=made-up-{number}")).await;
    }
    assert!(
        app.app.answers.bytes() <= 200_000,
        "{}",
        app.app.answers.bytes()
    );
    let list = client.get("/api/v1/blogs").await;
    assert_eq!(list.json()["data"]["total_items"], 14);
}

#[tokio::test]
async fn an_answer_with_a_flash_is_for_its_reader_alone() {
    let app = TestApp::new().await;
    let visitor = app.browser();
    visitor.get("/api/v1/blogs").await;
    visitor.send(Method::HEAD, "/api/v1/blogs/none", &[]).await;
    let told = visitor.get("/api/v1/blogs").await;
    assert_eq!(told.flashes(), ["error: Blog not found."]);
    assert_eq!(told.header("etag"), None);
    let page: BlogPage = told.data();
    assert_eq!(page.total_items, 14);
    for client in [&visitor, &app.browser()] {
        let after = client.get("/api/v1/blogs").await;
        assert_eq!(after.flashes(), [""; 0]);
        assert_eq!(after.data::<BlogPage>(), page);
    }
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
    let malformed = get(&app, path, &[("if-none-match", "\"a tag with spaces\"")]).await;
    assert_eq!(malformed.status, 200);
    let again = get(&app, path, &[("if-none-match", tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    let gzip = get(&app, path, &[GZIP]).await;
    assert_eq!(unpacked(&gzip), whole.body);

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
