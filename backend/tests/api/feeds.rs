//! Feeds and the sitemap, read by an independent parser.

use axum::http::Method;
use feed_rs::model::{Feed, FeedType};
use flashblog::content::post::Post;

use crate::harness::{TestApp, post, posts};

const SITE: &str = "https://blog.example";

async fn feed(app: &TestApp, path: &str, content_type: &str) -> Feed {
    let answer = app.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.header("content-type"), Some(content_type));
    assert_eq!(answer.header("set-cookie"), None);
    feed_rs::parser::parse(answer.body.as_slice())
        .unwrap_or_else(|error| panic!("{path}: {error}: {}", answer.text()))
}

const FEEDS: [(&str, &str, FeedType); 3] = [
    (
        "/feed.xml",
        "application/rss+xml; charset=utf-8",
        FeedType::RSS2,
    ),
    (
        "/atom.xml",
        "application/atom+xml; charset=utf-8",
        FeedType::Atom,
    ),
    ("/feed.json", "application/feed+json", FeedType::JSON),
];

#[tokio::test]
async fn every_feed_holds_whole_posts_by_their_public_addresses() {
    let app = TestApp::at(SITE).await;
    let mut held = posts(55);
    held[0] = Post {
        id: "a/b & c".into(),
        title: "Tom & <Jerry> \u{8}]]>".into(),
        content_html: "<p>See <a href=\"/about\">here</a> <img src=\"/media/a.svg\"></p>".into(),
        ..post(1)
    };
    held[1].published_at = None;
    app.source.hold(held);
    for (path, content_type, kind) in FEEDS {
        let feed = feed(&app, path, content_type).await;
        assert_eq!(feed.feed_type, kind);
        assert_eq!(feed.title.expect("a title").content, "FlashBlog");
        assert_eq!(feed.entries.len(), 50, "{path}");
        let first = &feed.entries[0];
        let address = "https://blog.example/blogs/a%2Fb%20%26%20c";
        let title = &first.title.as_ref().expect("a title").content;
        assert!(
            title.starts_with("Tom & <Jerry>") && title.ends_with("]]>"),
            "{path}: {title}"
        );
        assert_eq!(first.id, address, "{path}");
        assert!(
            first.links.iter().any(|link| link.href == address),
            "{path}"
        );
        assert_eq!(
            first.authors[0].name.as_deref(),
            Some("Test desk"),
            "{path}"
        );
        let published = first.published.expect("a date");
        assert_eq!(published.timestamp(), 1_780_000_000 - 86_400, "{path}");
        let content = first.content.as_ref().expect("content").body.as_deref();
        let content = content.expect("a body");
        for part in [
            "https://blog.example/about",
            "https://blog.example/media/a.svg",
        ] {
            assert!(content.contains(part), "{path}: {content}");
        }
        let names: Vec<_> = first
            .categories
            .iter()
            .map(|tag| tag.term.as_str())
            .collect();
        assert_eq!(names, ["Odd", "tag"], "{path}");
    }
}

#[tokio::test]
async fn no_date_lies_in_the_future() {
    let app = TestApp::new().await;
    let mut held = posts(2);
    held[0].published_at = Some("2099-01-01T00:00:00Z".parse().expect("a moment"));
    app.source.hold(held);
    for path in ["/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml"] {
        let text = app.get(path).await.text();
        assert!(text.contains("/blogs/post-1"), "{path}: {text}");
        assert!(!text.contains("2099"), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_blog_without_posts_still_has_feeds() {
    let app = TestApp::at(SITE).await;
    app.source.hold(Vec::new());
    for (path, content_type, _) in FEEDS {
        assert!(feed(&app, path, content_type).await.entries.is_empty());
    }
}

#[tokio::test]
async fn a_feed_is_not_sent_again_to_a_client_that_has_it() {
    let app = TestApp::at(SITE).await;
    for path in [
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/sitemap.xml",
        "/robots.txt",
    ] {
        let first = app.get(path).await;
        let tag = first.header("etag").expect("a validator").to_owned();
        assert_eq!(first.header("cache-control"), Some("public, max-age=300"));
        app.clock.advance(std::time::Duration::from_secs(60));
        let condition = [("if-none-match", tag.as_str())];
        let again = app.browser().send(Method::GET, path, &condition).await;
        assert_eq!(
            (again.status.as_u16(), again.body.len()),
            (304, 0),
            "{path}"
        );
    }
    let before = app.get("/feed.xml").await;
    app.source.hold(posts(15));
    app.clock.advance(std::time::Duration::from_secs(60));
    let condition = [("if-none-match", before.header("etag").expect("a validator"))];
    let changed = app
        .browser()
        .send(Method::GET, "/feed.xml", &condition)
        .await;
    assert_eq!(changed.status, 200);
    assert_eq!(
        app.browser()
            .send(Method::POST, "/feed.xml", &[])
            .await
            .status,
        405
    );
}

#[tokio::test]
async fn feeds_of_a_source_that_is_away_come_back_later() {
    let app = TestApp::at(SITE).await;
    app.source.fail();
    let answer = app.get("/feed.xml").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("retry-after")),
        (503, Some("5"))
    );
    assert!(!answer.text().contains("10.1.2.3"));
    assert_eq!(app.get("/robots.txt").await.status, 200);
}

#[tokio::test]
async fn the_sitemap_names_every_page_and_robots_name_the_sitemap() {
    let app = TestApp::at(SITE).await;
    app.source.hold(vec![
        Post {
            id: "a'b&c".into(),
            ..post(1)
        },
        post(2),
    ]);
    let answer = app.get("/sitemap.xml").await;
    assert_eq!(answer.header("content-type"), Some("application/xml"));
    let text = answer.text();
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut names, mut texts) = (Vec::new(), String::new());
    loop {
        match reader.read_event().expect("XML") {
            quick_xml::events::Event::Start(tag) => {
                names.push(String::from_utf8(tag.name().as_ref().to_vec()).expect("text"));
                texts.push(' ');
            }
            quick_xml::events::Event::Text(part) => texts.push_str(&part.decode().expect("text")),
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(names[..3], ["urlset", "url", "loc"]);
    for address in [
        "/",
        "/blogs",
        "/about",
        "/contact",
        "/blogs/a%27b%26c",
        "/blogs/post-2",
    ] {
        assert!(
            texts
                .split(' ')
                .any(|text| text == format!("{SITE}{address}")),
            "{texts}"
        );
    }
    assert!(texts.contains("2026-05-27T20:26:40Z"), "{texts}");
    let robots = app.get("/robots.txt").await.text();
    assert!(
        robots.contains("Sitemap: https://blog.example/sitemap.xml\n"),
        "{robots}"
    );
    assert!(robots.starts_with("User-agent: *\nDisallow:\n"), "{robots}");
}

/// The address of the link with this relation in a feed's page.
fn link(text: &str, rel: &str) -> Option<String> {
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(text) {
        let next = json["next_url"].as_str().filter(|_| rel == "next");
        return next.map(str::to_owned);
    }
    let start = text.split("<entry>").next()?.split("<item>").next()?;
    let tags = start.split('<').filter(|tag| tag.contains("link "));
    let tag = tags
        .into_iter()
        .find(|tag| tag.contains(&format!("rel=\"{rel}\"")))?;
    let (_, address) = tag.split_once("href=\"")?;
    address.split('"').next().map(str::to_owned)
}

#[tokio::test]
async fn a_feed_can_be_walked_page_by_page_to_the_oldest_post() {
    let app = TestApp::at(SITE).await;
    app.source.hold(posts(120));
    for (path, content_type, _) in FEEDS {
        let (mut page, mut seen, mut pages) = (path.to_owned(), Vec::new(), 0);
        loop {
            pages += 1;
            let text = app.get(&page).await.text();
            seen.extend(
                feed(&app, &page, content_type)
                    .await
                    .entries
                    .into_iter()
                    .map(|entry| entry.id),
            );
            if !path.ends_with("json") {
                assert_eq!(link(&text, "self"), Some(format!("{SITE}{page}")));
                assert_eq!(link(&text, "first"), Some(format!("{SITE}{path}")));
                assert_eq!(link(&text, "last"), Some(format!("{SITE}{path}?page=3")));
                assert_eq!(link(&text, "previous").is_some(), pages > 1, "{page}");
            }
            match link(&text, "next") {
                Some(next) => page = next.strip_prefix(SITE).expect("the site").to_owned(),
                None => break,
            }
        }
        assert_eq!((pages, seen.len()), (3, 120), "{path}");
        seen.dedup();
        assert_eq!(seen.len(), 120, "each post once");
        assert_eq!(app.get(&format!("{path}?page=4")).await.status, 404);
        for first in ["?page=1", "?page=0", "?page=x", "?other=2"] {
            let answer = app.get(&format!("{path}{first}")).await;
            assert_eq!(answer.body, app.get(path).await.body, "{first}");
        }
    }
}

#[tokio::test]
async fn a_sitemap_that_would_be_too_long_is_an_index_of_several() {
    let app = TestApp::at(SITE).await;
    app.source.hold(posts(50_001));
    let index = app.get("/sitemap.xml").await.text();
    assert!(index.contains("<sitemapindex xmlns="), "{}", &index[..200]);
    let maps: Vec<&str> = index
        .split("<loc>")
        .skip(1)
        .filter_map(|rest| rest.split("</loc>").next())
        .collect();
    let address = |page| format!("{SITE}/sitemap.xml?page={page}");
    assert_eq!(maps, [address(1), address(2)]);
    let mut addresses = 0;
    for map in maps {
        let map = app.get(map.strip_prefix(SITE).expect("the site")).await;
        let text = map.text();
        assert!(text.contains("<urlset xmlns="));
        addresses += text.matches("<loc>").count();
    }
    assert_eq!(addresses, 50_001 + 4);
    assert_eq!(app.get("/sitemap.xml?page=3").await.status, 404);
}
