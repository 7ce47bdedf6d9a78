use serde_json::json;

use super::*;
use crate::sources::stub::{Document, Stub, TIMEOUT};

const RSS: &str = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><item><title>A</title><link>https://a.example/a</link></item></channel></rss>";

async fn kind(stub: &Stub) -> Result<&'static str, SourceError> {
    let source = DetectedSource::new(stub.serve().await, TIMEOUT).expect("a client");
    assert_eq!(
        source.kind(),
        "url",
        "nothing is asked before the first reading"
    );
    source.fetch().await.map(|_| source.kind())
}

fn with_home(document: Document) -> Stub {
    let stub = Stub::default();
    stub.put("/", document);
    stub
}

#[tokio::test]
async fn a_url_shows_what_it_is() {
    let posts = json!([{"id": 1, "title": "A"}]);
    let feed = json!({"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": []});
    for (document, expected) in [
        (Document::json(&posts), "json_api"),
        (Document::json(&json!({"data": posts})), "json_api"),
        (Document::json(&feed), "feed"),
        (Document::new("text/xml", RSS), "feed"),
        (Document::new("application/rss+xml", RSS), "feed"),
    ] {
        let stub = with_home(document.clone());
        let found = kind(&stub).await;
        assert_eq!(found.expect("reads"), expected, "{}", document.content_type);
    }
}

#[tokio::test]
async fn a_page_leads_to_its_feed() {
    let html = "<html><head><link rel=stylesheet href=/x.css><link rel=\"alternate\" type=\"text/html\" href=\"/de\">\
        <link rel=\"alternate\" type=\"application/rss+xml\" href=\"/feed.xml?a=1&amp;b=2\"><link rel=alternate type=application/rss+xml href=/comments>";
    let stub = with_home(Document::new("text/html; charset=utf-8", html));
    stub.put("/feed.xml", Document::new("application/rss+xml", RSS));
    assert_eq!(kind(&stub).await.expect("reads"), "feed");
}

#[tokio::test]
async fn a_wordpress_site_is_preferred_to_its_feed() {
    let feed = "<link rel=\"alternate\" type=\"application/rss+xml\" href=\"/feed/\">";
    let homes = [
        Document::new("text/html", feed).with_header("link", "</api/>; rel=\"https://api.w.org/\""),
        Document::new(
            "text/html",
            format!("{feed}<link rel='https://api.w.org/' href='/api/'>"),
        ),
    ];
    for home in homes {
        let stub = with_home(home);
        stub.put("/api/wp/v2/posts", Document::json(&json!([])));
        assert_eq!(kind(&stub).await.expect("reads"), "wordpress");
    }
    let stub = with_home(Document::new(
        "text/html",
        "<p>A site that hides what it is</p>",
    ));
    stub.put(
        "/wp-json/",
        Document::json(&json!({"namespaces": ["oembed/1.0", "wp/v2"]})),
    );
    stub.put("/wp-json/wp/v2/posts", Document::json(&json!([])));
    assert_eq!(kind(&stub).await.expect("reads"), "wordpress");
}

#[tokio::test]
async fn a_page_without_a_blog_is_an_error_that_says_so() {
    let ghost = "<meta name=\"generator\" content=\"Ghost 5.72\">";
    for (document, words) in [
        (Document::new("text/html", "<title>x</title>"), "is no JSON"),
        (Document::new("text/plain", "hello"), "is no JSON"),
        (
            Document::json(&json!({"message": "hi"})),
            "no list of posts",
        ),
        (Document::new("text/html", ghost), "FLASHBLOG_GHOST_KEY"),
    ] {
        let error = kind(&with_home(document))
            .await
            .expect_err(words)
            .to_string();
        assert!(error.contains(words), "{error}");
    }
    assert!(matches!(
        kind(&Stub::default()).await,
        Err(SourceError::Unreachable(_))
    ));
}
