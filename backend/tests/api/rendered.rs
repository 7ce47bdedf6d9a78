//! Pages are rendered, so that they can be read before the app has started.

use std::time::Duration;

use axum::http::Method;
use flashblog::content::post::Post;

use crate::harness::{Answer, Client, TestApp, post, posts};

const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");
const FORM: [(&str, &str); 2] = [("content-type", "application/x-www-form-urlencoded"), HTML];

async fn visit(client: &Client, path: &str) -> Answer {
    client.send(Method::GET, path, &[HTML]).await
}

/// The content of the app's element.
fn content(answer: &Answer) -> String {
    let html = answer.text();
    let (_, app) = html.split_once("<div id=app").expect("the app's element");
    let end = app
        .find("<script type=\"application/json\"")
        .unwrap_or(app.len());
    app[..end].to_owned()
}

/// The text between tags, without the comments that the app needs for hydration.
fn words(html: &str) -> String {
    let texts = html
        .split('<')
        .map(|tag| tag.rsplit_once('>').map_or(tag, |(_, text)| text));
    texts.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_page_can_be_read_without_the_app() {
    let app = TestApp::new().await;
    app.source.hold(vec![
        Post {
            content_html: "<p>The whole text.</p>".into(),
            ..post(1)
        },
        post(2),
        post(3),
    ]);
    for (path, status, told) in [
        (
            "/",
            200,
            &["Featured posts", "Post 1", "Browse by category"] as &[_],
        ),
        ("/blogs", 200, &["Post 3", "3 posts", "All"]),
        ("/blogs?category=odd", 200, &["Posts in odd", "Post 3"]),
        ("/blogs/post-1", 200, &["Post 1", "The whole text."]),
        ("/search?q=post", 200, &["Search: post", "3 posts match"]),
        (
            "/search?q=zebra",
            200,
            &["No post matches", "Browse by category", "Odd"],
        ),
        ("/about", 200, &["What it knows of you"]),
        ("/contact", 200, &["Your email address", "Send message"]),
        ("/no", 404, &["Page not found"]),
        ("/blogs/none", 404, &["Blog not found"]),
    ] {
        let page = visit(&app.browser(), path).await;
        assert_eq!(page.status.as_u16(), status, "{path}");
        let html = content(&page);
        assert!(html.starts_with(" data-rendered=\""), "{path}: {html}");
        assert_eq!(html.matches("<h1").count(), 1, "{path}");
        let (_, main) = html.split_once("<main").expect("a main part");
        let words = words(main);
        for told in told {
            assert!(
                words.contains(told),
                "{path} does not say {told:?}: {words}"
            );
        }
        assert!(
            !html.contains("placeholder-glow"),
            "{path} waits for something"
        );
        assert!(!html.contains("noscript"), "{path}");
    }
}

#[tokio::test]
async fn while_the_source_is_away_a_post_says_so() {
    let app = TestApp::new().await;
    app.source.fail();
    let page = visit(&app.browser(), "/blogs/post-1").await;
    assert_eq!(page.status, 503);
    let html = content(&page);
    assert!(
        html.contains("The blogs can’t be reached right now"),
        "{html}"
    );
    assert!(html.contains(page.header("x-request-id").expect("an id")));
}

#[tokio::test]
async fn a_flash_stands_in_the_page_as_an_alert() {
    let app = TestApp::new().await;
    let html = content(&visit(&app.browser(), "/blogs/none").await);
    let (_, alert) = html
        .split_once("class=\"alert alert-danger")
        .expect("an alert");
    assert!(words(alert).contains("Blog not found."), "{alert}");
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_sent_and_names_each_fault() {
    let app = TestApp::new().await;
    let form = "name=Ada+%26+%3CBob%3E&email=nonsense&subject=&message=one%0D%0Atwo";
    let page = app
        .browser()
        .send_body(Method::POST, "/contact", &FORM, form)
        .await;
    assert_eq!(page.status, 422);
    let html = content(&page);
    assert!(html.contains("value=\"Ada &amp; &lt;Bob&gt;\""), "{html}");
    assert!(html.contains("value=\"nonsense\""));
    assert!(html.contains("one\ntwo</textarea>"), "{html}");
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 2, "{html}");
    assert!(html.contains("id=\"contact-faults\""));
}

#[tokio::test]
async fn a_cached_page_is_written_again_on_the_next_day() {
    let app = TestApp::new().await;
    let today = |page: &Answer| {
        let html = page.text();
        let (_, rest) = html.split_once("data-today=\"").expect("a day");
        rest[..5].parse::<u32>().expect("a number")
    };
    let before = today(&app.get("/blogs").await);
    app.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(today(&app.get("/blogs").await), before + 1);
}

#[tokio::test]
async fn a_reader_of_older_posts_finds_them_in_the_page() {
    let app = TestApp::new().await;
    let reader = app.browser();
    reader.get("/api/v1/blogs").await;
    app.source.hold(posts(2));
    app.clock.advance(Duration::from_secs(60));
    assert!(content(&reader.get("/blogs").await).contains("14 posts"));
    assert!(content(&app.get("/blogs").await).contains("2 posts"));
    assert!(
        content(&reader.get("/blogs").await).contains("14 posts"),
        "each snapshot has its own page"
    );
}
