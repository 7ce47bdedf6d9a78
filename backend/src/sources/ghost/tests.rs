//! Reads a stub of a Ghost site on the loopback interface.

use serde_json::json;

use super::*;
use crate::sources::stub::{Document, Stub, TIMEOUT, test_data};

fn post(slug: &str) -> Value {
    json!({
        "id": "65a1", "slug": slug, "title": "Hello", "html": "<p>Text</p>", "visibility": "public", "access": true,
        "published_at": "2024-01-12T21:28:32.000-05:00", "url": format!("https://my.example/{slug}/"),
        "custom_excerpt": "In short", "excerpt": "Text",
        "feature_image": "https://my.example/a.jpg", "feature_image_caption": "By <b>Ada</b>",
        "primary_tag": {"name": "News"},
        "tags": [{"name": "News", "visibility": "public"}, {"name": "#internal", "visibility": "internal"}, {"name": "Rust", "visibility": "public"}],
        "authors": [{"name": "Ada", "profile_image": "https://my.example/ada.jpg"}, {"name": "Ben", "profile_image": null}]
    })
}

fn page(posts: &Value, page: u32, next: Option<u32>) -> Document {
    let pagination =
        json!({"page": page, "limit": 100, "pages": 2, "total": 2, "next": next, "prev": null});
    Document::json(&json!({"posts": posts, "meta": {"pagination": pagination}}))
}

fn pages(text: &str) -> Document {
    Document::json(&json!({"pages": [
        {"slug": "imprint", "title": "Imprint", "html": "", "url": "https://my.example/imprint/"},
        {"slug": "about", "title": "About", "html": format!("<p>{text} <a href='https://my.example/two/'>two</a></p>"),
         "url": "https://my.example/about/", "updated_at": "2024-01-01T00:00:00.000Z"}]}))
}

fn site() -> Stub {
    let stub = Stub::default();
    stub.put(
        "/ghost/api/content/posts/",
        page(&json!([post("one")]), 1, Some(2)).with_etag("\"a\""),
    );
    stub.put(
        "/ghost/api/content/posts/?page=2",
        page(&json!([post("two")]), 2, None).with_etag("\"b\""),
    );
    let settings = json!({"settings": {"title": "My site", "description": "Words", "locale": "de", "accent_color": "#00695c",
            "logo": "https://my.example/logo.png", "icon": "javascript:x", "navigation": [
                {"label": "Home", "url": "/"}, {"label": "Us", "url": "/about/"}, {"label": "Elsewhere", "url": "https://other.example/"}]}});
    let settings = Document::json(&settings).with_etag("\"s\"");
    stub.put("/ghost/api/content/settings/", settings);
    stub.put("/ghost/api/content/pages/", pages("Us").with_etag("\"p\""));
    stub
}

async fn source(stub: &Stub) -> GhostSource {
    GhostSource::new(&stub.serve().await, "secret-key".to_owned(), TIMEOUT).expect("a client")
}

#[tokio::test]
async fn posts_of_all_pages_are_read_in_full() {
    let posts = source(&site()).await.fetch().await.expect("reads");
    let ids: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(ids, ["one", "two"]);
    let post = &posts[0];
    assert_eq!(
        (post.title.as_str(), post.summary.as_str()),
        ("Hello", "In short")
    );
    assert_eq!(
        (post.category.as_str(), post.tags.as_slice()),
        ("News", ["Rust".to_owned()].as_slice())
    );
    assert_eq!(post.author.name, "Ada and Ben");
    assert_eq!(
        post.featured_image.as_deref(),
        Some("https://my.example/a.jpg")
    );
    assert!(
        post.content_html.contains("By <b>Ada</b>"),
        "{}",
        post.content_html
    );
    assert_eq!(post.published_label, "12 January 2024");
}

#[tokio::test]
async fn a_post_for_members_is_shown_up_to_its_preview_with_a_note() {
    let stub = site();
    let mut locked = post("one");
    locked["access"] = json!(false);
    locked["visibility"] = json!("paid");
    stub.put("/ghost/api/content/posts/", page(&json!([locked]), 1, None));
    let posts = source(&stub).await.fetch().await.expect("reads");
    let html = &posts[0].content_html;
    assert!(
        html.contains("<p>Text</p>") && html.contains("for paying members"),
        "{html}"
    );
    assert!(html.contains("https://my.example/one/"), "{html}");
}

#[tokio::test]
async fn an_unchanged_site_is_not_parsed_again() {
    let stub = site();
    let source = source(&stub).await;
    let reading = source.refetch().await.expect("reads").expect("posts");
    let words = reading.site.expect("words");
    assert_eq!(words.title.as_deref(), Some("My site"));
    assert_eq!(words.language.as_deref(), Some("de"));
    assert_eq!(words.accent.as_deref(), Some("#00695c"));
    assert_eq!(words.logo.as_deref(), Some("https://my.example/logo.png"));
    assert_eq!(words.icon, None);
    let [about, imprint] = words.pages.as_slice() else {
        panic!("{:?}", words.pages)
    };
    assert_eq!(about.menu_label.as_deref(), Some("Us"));
    assert!(about.page.content_html.contains("\"/blogs/two\""));
    assert_eq!(
        (imprint.page.slug.as_str(), &imprint.menu_label),
        ("imprint", &None)
    );
    stub.requests();
    assert_eq!(source.refetch().await.expect("asks"), None);
    assert_eq!(stub.requests(), (4, 4));

    stub.put("/ghost/api/content/pages/", pages("We").with_etag("\"q\""));
    let reading = source.refetch().await.expect("reads").expect("a change");
    assert_eq!(reading.posts.len(), 2);
    let words = reading.site.expect("words");
    assert!(words.pages[0].page.content_html.contains("We"));
    stub.put(
        "/ghost/api/content/posts/?page=2",
        page(&json!([]), 2, None).with_etag("\"c\""),
    );
    let reading = source.refetch().await.expect("reads").expect("a change");
    assert_eq!(reading.posts.len(), 1);
}

#[tokio::test]
async fn the_key_is_sent_and_never_logged() {
    let stub = Stub::default();
    let error = source(&stub)
        .await
        .fetch()
        .await
        .expect_err("nothing there")
        .to_string();
    assert!(
        error.contains("404") && !error.contains("secret-key"),
        "{error}"
    );
}

#[tokio::test]
#[ignore = "reads FLASHBLOG_TEST_DATA"]
async fn real_answers_of_ghost_are_read() {
    for file in ["get_posts", "get_post", "get_post_by_slug"] {
        let stub = site();
        let body = test_data(&format!("ghost/jonklein_{file}.body.json"));
        stub.put(
            "/ghost/api/content/posts/",
            Document::new("application/json", body),
        );
        let posts = source(&stub).await.fetch().await.expect("reads");
        let [post] = posts.as_slice() else {
            panic!("{posts:?}")
        };
        assert_eq!(
            (post.id.as_str(), post.title.as_str()),
            ("test-post", "Test")
        );
        assert_eq!(post.content_html, "<p>Test</p>");
        assert_eq!(
            post.published_at.map(|at| at.to_string()).as_deref(),
            Some("2024-01-13T02:28:32Z")
        );
    }
}
