//! Pages: each is the shell with its own head, status and first data.

use std::time::Duration;

use axum::Router;
use axum::http::Method;
use axum::routing::get;
use flashblog::app::App;
use flashblog::content::post::Post;
use serde_json::Value;
use shared::session::SessionInfo;

use crate::harness::{Answer, Client, TestApp, post, posts};

pub(crate) const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");

async fn visit(client: &Client, path: &str) -> Answer {
    client.send(Method::GET, path, &[HTML]).await
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let from = text.find(start)? + start.len();
    let length = text[from..].find(end)?;
    Some(&text[from..from + length])
}

/// The API's address and envelope that a page contains for its first request, besides those of
/// `/api/v1/site`.
fn first_envelope(answer: &Answer) -> Option<(String, Value)> {
    let html = answer.text();
    let start = "<script type=\"application/json\" data-path=\"";
    let mut blocks = html.split(start).skip(1);
    let block = blocks.find(|block| !block.starts_with("/api/v1/site\""))?;
    let (block, _) = block.split_once("</script>").expect("an end");
    let (path, json) = block.split_once("\">").expect("an attribute");
    let json = serde_json::from_str(json).expect("JSON");
    Some((path.replace("&amp;", "&"), json))
}

fn meta<'a>(html: &'a str, name: &str) -> Option<&'a str> {
    between(html, &format!("\"{name}\" content=\""), "\"")
}

#[tokio::test]
async fn each_page_says_what_it_is() {
    let app = TestApp::at("https://blog.test").await;
    let pages = [
        ("/", "Home · FlashBlog", "/"),
        ("/index.html", "Home · FlashBlog", "/"),
        ("/blogs/", "Blogs · FlashBlog", "/blogs"),
        (
            "/blogs?page=2&x=1",
            "Blogs, page 2 · FlashBlog",
            "/blogs?page=2",
        ),
        (
            "/blogs?page=99",
            "Blogs, page 3 · FlashBlog",
            "/blogs?page=3",
        ),
        (
            "/blogs?category=even",
            "Posts in even · FlashBlog",
            "/blogs?category=even",
        ),
        (
            "/blogs?tag=tag&page=2",
            "Posts tagged tag, page 2 · FlashBlog",
            "/blogs?tag=tag&amp;page=2",
        ),
        ("/blogs/post-3", "Post 3 · FlashBlog", "/blogs/post-3"),
        ("/about", "About · FlashBlog", "/about"),
        ("/contact", "Contact · FlashBlog", "/contact"),
    ];
    for (path, title, canonical) in pages {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        let html = answer.text();
        assert_eq!(between(&html, "<title>", "</title>"), Some(title), "{path}");
        assert_eq!(html.matches("<title>").count(), 1);
        assert_eq!(html.matches("name=\"description\"").count(), 1, "{html}");
        let address = format!("https://blog.test{canonical}");
        assert!(
            html.contains(&format!("<link rel=\"canonical\" href=\"{address}\">")),
            "{html}"
        );
        assert_eq!(meta(&html, "og:url"), Some(address.as_str()));
        assert_eq!(meta(&html, "robots"), None);
        for feed in ["/feed.xml", "/atom.xml", "/feed.json"] {
            assert!(html.contains(&format!("href=\"https://blog.test{feed}\"")));
        }
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
        assert_eq!(answer.header("set-cookie"), None, "{path}");
        assert!(answer.header("vary").expect("Vary").contains("Cookie"));
    }
}

#[tokio::test]
async fn a_post_is_described_for_those_who_share_and_find_it() {
    let app = TestApp::at("https://blog.test").await;
    app.source.hold(vec![Post {
        title: "</title><script>alert(1)</script> & \"more\"".into(),
        summary: "It's </script> <b>".into(),
        featured_image: Some("/media/a.svg".into()),
        ..post(1)
    }]);
    let html = app.get("/blogs/post-1").await.text();
    let title = "&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;more&quot;";
    assert_eq!(
        between(&html, "<title>", "</title>"),
        Some(format!("{title} · FlashBlog").as_str())
    );
    assert_eq!(meta(&html, "og:title"), Some(title));
    assert_eq!(meta(&html, "og:type"), Some("article"));
    assert_eq!(
        meta(&html, "og:image"),
        Some("https://blog.test/media/a.svg")
    );
    assert_eq!(
        meta(&html, "article:published_time"),
        Some("2026-05-27T20:26:40Z")
    );
    assert!(!html.contains("<script>alert"), "{html}");
    let data = between(&html, "<script type=\"application/ld+json\">", "</script>");
    let data: Value = serde_json::from_str(data.expect("JSON-LD")).expect("JSON");
    assert_eq!(data["@type"], "BlogPosting");
    assert_eq!(
        data["headline"],
        "</title><script>alert(1)</script> & \"more\""
    );
    assert_eq!(data["url"], "https://blog.test/blogs/post-1");
    assert_eq!(data["datePublished"], "2026-05-27T20:26:40Z");
}

#[tokio::test]
async fn the_picture_in_sight_loads_beside_the_app() {
    let app = TestApp::new().await;
    let pictured = |number: usize, picture: &str| Post {
        featured_image: Some(picture.into()),
        ..post(number)
    };
    app.source.hold(vec![
        pictured(1, "https://pictures.example/a.png?w=1&h=\"2\""),
        pictured(2, "/media/b.svg"),
        post(3),
    ]);
    let preload = "<link rel=\"preload\" as=\"image\" fetchpriority=\"high\" href=";
    let first = "\"https://pictures.example/a.png?w=1&amp;h=&quot;2&quot;\">";
    for (path, picture) in [
        ("/", Some(first)),
        ("/blogs", Some(first)),
        ("/blogs/post-2", Some("\"/media/b.svg\">")),
        ("/blogs/post-3", None),
        ("/about", None),
    ] {
        let html = app.get(path).await.text();
        assert_eq!(
            html.matches(preload).count(),
            usize::from(picture.is_some()),
            "{path}: {html}"
        );
        if let Some(picture) = picture {
            assert!(html.contains(&format!("{preload}{picture}")), "{path}");
        }
    }
}

#[tokio::test]
async fn a_page_brings_the_answer_to_its_first_request() {
    let app = TestApp::new().await;
    let client = app.browser();
    for (page, path) in [
        ("/", "/api/v1/blogs?page=1&per_page=3&pinned_first=true"),
        (
            "/blogs?page=2&category=Even",
            "/api/v1/blogs?page=2&per_page=6&category=Even",
        ),
        (
            "/blogs?tag=+TAG+",
            "/api/v1/blogs?page=1&per_page=6&tag=TAG",
        ),
        ("/blogs/post-7", "/api/v1/blogs/post-7"),
    ] {
        let (asks, envelope) = first_envelope(&client.get(page).await).expect("data");
        assert_eq!(asks, path);
        assert_eq!(envelope, client.get(path).await.json(), "{page}");
    }
    assert_eq!(first_envelope(&client.get("/about").await), None);
    assert_eq!(app.source.fetches(), 1);
}

#[tokio::test]
async fn a_search_has_a_page_that_brings_its_results_and_is_not_to_be_found() {
    let app = TestApp::at("https://blog.test").await;
    let client = app.browser();
    for (page, path, title) in [
        (
            "/search?q=t%C3%A9xt&page=2",
            "/api/v1/search?q=t%C3%A9xt&page=2&per_page=6",
            "Search: téxt, page 2 · FlashBlog",
        ),
        (
            "/search/?page=99&q=+post+",
            "/api/v1/search?q=post&page=99&per_page=6",
            "Search: post, page 3 · FlashBlog",
        ),
        (
            "/search?q=%3C%2Ftitle%3E+zebra",
            "/api/v1/search?q=%3C%2Ftitle%3E%20zebra&page=1&per_page=6",
            "Search: &lt;/title&gt; zebra · FlashBlog",
        ),
    ] {
        let answer = visit(&client, page).await;
        assert_eq!(answer.status, 200, "{page}");
        let html = answer.text();
        assert_eq!(between(&html, "<title>", "</title>"), Some(title));
        assert_eq!(meta(&html, "robots"), Some("noindex"), "{page}");
        assert!(!html.contains("rel=\"canonical\"") && !html.contains("og:url"));
        let (asks, envelope) = first_envelope(&answer).expect("data");
        assert_eq!(asks, path);
        assert_eq!(envelope, client.get(path).await.json(), "{page}");
    }
    let sitemap = app.get("/sitemap.xml").await.text();
    assert!(!sitemap.contains("/search"), "{sitemap}");

    app.clock.advance(std::time::Duration::from_secs(6));
    app.source.fail();
    let stale = visit(&app.browser(), "/search?q=post").await;
    assert_eq!(stale.status, 200);
    assert_eq!(
        stale.page_flashes(),
        ["warning: The blogs can't be refreshed right now. You are reading a saved copy."]
    );
    let (_, envelope) = first_envelope(&stale).expect("data");
    assert_eq!(envelope["data"]["freshness"]["stale"], true);
}

#[tokio::test]
async fn a_blank_search_leads_to_the_blogs() {
    let app = TestApp::new().await;
    for blank in ["", "?q=", "?q=+%20%09", "?q=&page=3", "?q=&q=post"] {
        for method in [Method::GET, Method::HEAD] {
            let path = format!("/search{blank}");
            let answer = app.browser().send(method, &path, &[HTML]).await;
            assert_eq!(answer.status, 303, "{path}");
            assert_eq!(answer.header("location"), Some("/blogs"), "{path}");
            assert_eq!(answer.header("set-cookie"), None);
        }
    }
}

#[tokio::test]
async fn a_reader_finds_in_pages_what_the_session_reads() {
    let app = TestApp::new().await;
    let reader = app.browser();
    reader.get("/api/v1/blogs").await;
    app.clock.advance(std::time::Duration::from_secs(60));
    app.source.hold(posts(2));
    let title = |answer: Answer| {
        let (_, envelope) = first_envelope(&answer).expect("data");
        envelope["data"]["total_items"].as_u64()
    };
    assert_eq!(title(reader.get("/blogs").await), Some(14));
    assert_eq!(title(app.get("/blogs").await), Some(2));
    assert_eq!(reader.get("/blogs/post-9").await.status, 200);
    assert_eq!(visit(&app.browser(), "/blogs/post-9").await.status, 404);
}

#[tokio::test]
async fn a_page_is_not_sent_again_to_a_client_that_has_it() {
    let app = TestApp::new().await;
    let client = app.browser();
    let first = client.get("/blogs/post-1").await;
    let tag = first.header("etag").expect("a validator");
    let again = client
        .send(Method::GET, "/blogs/post-1", &[("if-none-match", tag)])
        .await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), Some(tag));
    let head = client.send(Method::HEAD, "/blogs/post-1", &[]).await;
    assert_eq!(
        head.header("content-length"),
        first.header("content-length")
    );
    assert!(head.body.is_empty());
    let changed = client
        .send(Method::GET, "/blogs/post-2", &[("if-none-match", tag)])
        .await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn a_page_without_flashes_is_the_same_for_every_reader() {
    let app = TestApp::new().await;
    let (one, other) = (app.browser(), app.browser());
    for path in ["/", "/blogs?page=2", "/blogs/post-1", "/about"] {
        let page = one.get(path).await;
        assert_eq!(
            page.header("etag"),
            other.get(path).await.header("etag"),
            "{path}"
        );
        app.clock.advance(Duration::from_secs(24 * 3600));
        let tomorrow = one.get(path).await;
        assert_eq!(tomorrow.status, 200);
    }
    app.source.hold(posts(2));
    app.clock.advance(Duration::from_secs(6));
    assert!(app.get("/blogs").await.text().contains("Post 2"));
    let (_, list) = first_envelope(&app.get("/blogs").await).expect("data");
    assert_eq!(list["data"]["total_items"], 2, "no page with the old posts");
}

#[tokio::test]
async fn an_unknown_page_is_404_with_the_shell_and_an_unknown_file_never_is() {
    let app = TestApp::new().await;
    let browser = app.browser();
    for (path, title) in [
        ("/no/such/page", "Page not found · FlashBlog"),
        ("/blogs/none", "Blog not found · FlashBlog"),
        ("/blogs/..%2f..%2fx", "Blog not found · FlashBlog"),
        ("/a%00b", "Page not found · FlashBlog"),
        ("/fonts/", "Page not found · FlashBlog"),
    ] {
        let page = browser.send(Method::GET, path, &[("accept", "*/*")]).await;
        assert_eq!(page.status, 404, "{path}");
        let html = page.text();
        assert_eq!(between(&html, "<title>", "</title>"), Some(title));
        assert!(html.contains("<div id=app"), "{html}");
        assert_eq!(meta(&html, "robots"), Some("noindex"));
        assert!(!html.contains("rel=\"canonical\""));
        if let Some((_, envelope)) = first_envelope(&page) {
            assert_eq!(envelope["error"]["code"], "blog_not_found");
        }
        assert_eq!(page.header("set-cookie"), None);
    }
    for path in ["/app-00.wasm", "/..%2f..%2fCargo.toml", "/fonts/one.woff2"] {
        let asset = browser.send(Method::GET, path, &[("accept", "*/*")]).await;
        assert_eq!(asset.status, 404, "{path}");
        assert_eq!(
            asset.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
        assert!(!asset.text().contains('<'), "{path}");
    }
    let asset = visit(&browser, "/app-00.js").await;
    assert_eq!(asset.status, 404);
    assert!(
        !asset.text().contains("<div id=app"),
        "no page for browsers either"
    );
}

#[tokio::test]
async fn a_page_says_which_methods_it_takes() {
    let app = TestApp::new().await;
    let browser = app.browser();
    for (path, allowed) in [
        ("/", "GET, HEAD, OPTIONS"),
        ("/blogs", "GET, HEAD, OPTIONS"),
        ("/contact", "GET, HEAD, OPTIONS, POST"),
    ] {
        let refused = browser.send(Method::DELETE, path, &[]).await;
        assert_eq!(refused.status, 405, "{path}");
        assert_eq!(refused.header("allow"), Some(allowed), "{path}");
        assert!(refused.text().contains("405"), "{path} says so in words");
        let asked = browser.send(Method::OPTIONS, path, &[]).await;
        assert_eq!(asked.status, 200, "{path}");
        assert_eq!(asked.header("allow"), Some(allowed), "{path}");
    }
}

#[tokio::test]
async fn reading_pages_keeps_a_session_alive() {
    let app = TestApp::new().await;
    let reader = app.browser();
    assert_eq!(reader.get("/blogs").await.header("set-cookie"), None);
    let before: SessionInfo = reader.get("/api/v1/session").await.data();
    for _ in 0..4 {
        app.clock.advance(Duration::from_secs(1_800));
        let page = reader.get("/about").await;
        let renewed = page.header("set-cookie").unwrap_or_default();
        assert!(renewed.starts_with("session="), "{renewed}");
        assert_eq!(page.header("cache-control"), Some("private, no-cache"));
        assert_eq!(reader.get("/about").await.header("set-cookie"), None);
    }
    let after: SessionInfo = reader.get("/api/v1/session").await.data();
    assert_eq!(after.session_id, before.session_id);
}

#[tokio::test]
async fn while_the_source_is_away_a_post_is_503_and_lists_are_pages() {
    let app = TestApp::new().await;
    app.source.fail();
    let post = visit(&app.browser(), "/blogs/post-1").await;
    assert_eq!(post.status, 503);
    assert_eq!(post.header("retry-after"), Some("5"));
    assert!(post.text().contains("<div id=app"));
    let list = visit(&app.browser(), "/blogs").await;
    assert_eq!(list.status, 200);
    assert_eq!(
        list.page_flashes(),
        ["warning: The blogs can't be fetched right now. Please try again in a moment."]
    );
    assert_eq!(list.header("cache-control"), Some("no-store"));

    app.clock.advance(std::time::Duration::from_secs(6));
    app.source.hold(posts(3));
    assert_eq!(visit(&app.browser(), "/blogs/post-1").await.status, 200);
    app.clock.advance(std::time::Duration::from_secs(6));
    app.source.fail();
    let saved = visit(&app.browser(), "/blogs/post-1").await;
    assert_eq!(saved.status, 200, "the last good copy");
    assert!(first_envelope(&saved).is_some());
    assert_eq!(post.header("cache-control"), Some("no-store"));
}

async fn panics() {
    panic!("secret words at /etc/flashblog");
}

#[tokio::test]
async fn a_failing_server_says_so_on_a_page_that_needs_no_app() {
    let app = TestApp::new().await;
    let routes = Router::<App>::new().route("/panics", get(panics));
    let routes = flashblog::router::for_people(routes, &app.app).with_state(app.app.clone());
    let browser = app.browser().through(routes);
    let page = visit(&browser, "/panics").await;
    assert_eq!(page.status, 500);
    let html = page.text();
    let id = page.header("x-request-id").expect("an id");
    assert!(
        html.contains("Something went wrong") && html.contains(id),
        "{html}"
    );
    assert!(html.contains("Try again"));
    let missing = visit(&app.browser(), "/media/none.svg").await.text();
    assert!(missing.contains("home page") && !missing.contains("Try again"));
    assert!(!html.contains("secret") && !html.contains("<script") && !html.contains("style="));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert_eq!(
        app.get("/error.css").await.header("content-type"),
        Some("text/css; charset=utf-8")
    );
    let plain = browser.get("/panics").await.text();
    assert!(
        plain.starts_with("500 ") && plain.lines().count() == 1,
        "{plain}"
    );
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::at("https://blog.test").await;
    let browser = app.browser();
    let document = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' \
        'sha256-2gZLeoxUVSajIWBplktjJ4sTg7NOgYkVyS8E2A1KJls='; style-src 'self'; \
        img-src 'self' https: data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; \
        base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let without_scripts =
        document.replace(" 'sha256-2gZLeoxUVSajIWBplktjJ4sTg7NOgYkVyS8E2A1KJls='", "");
    let nothing = "default-src 'none'; frame-ancestors 'none'";
    let cases = [
        (Method::GET, "/", 200, document),
        (Method::HEAD, "/", 200, document),
        (Method::GET, "/blogs/none", 404, document),
        (Method::GET, "/nowhere", 404, document),
        (Method::POST, "/", 405, &without_scripts),
        (Method::GET, "/app-0123456789abcdef.js", 200, nothing),
        (Method::GET, "/feed.xml", 200, nothing),
        (Method::GET, "/media/none.svg", 404, &without_scripts),
        (Method::GET, "/media/%ff", 400, &without_scripts),
        (Method::GET, "/api/v1/blogs", 200, nothing),
        (Method::GET, "/api/v1/none", 404, nothing),
        (Method::PUT, "/healthz", 405, nothing),
    ];
    for (method, path, status, policy) in cases {
        let answer = browser.send(method.clone(), path, &[HTML]).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        let expected = [
            ("content-security-policy", policy),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=63072000"),
        ];
        for (name, value) in expected {
            assert_eq!(
                answer.header(name),
                Some(value),
                "{name} of {method} {path}"
            );
        }
        assert!(answer.header("permissions-policy").is_some(), "{path}");
        assert!(answer.header("cross-origin-resource-policy").is_some());
        assert_eq!(answer.header("server"), None);
    }
    let all = app.app.admission.in_flight.available_permits();
    let taken = app
        .app
        .admission
        .in_flight
        .try_acquire_many(u32::try_from(all).expect("fits"));
    let busy = visit(&browser, "/").await;
    assert_eq!(
        (busy.status.as_u16(), busy.header("retry-after")),
        (503, Some("5"))
    );
    assert!(busy.text().contains("Back in a moment"));
    assert!(busy.header("permissions-policy").is_some());
    drop(taken);
    let http = TestApp::new().await;
    assert_eq!(
        http.get("/").await.header("strict-transport-security"),
        None
    );
}
