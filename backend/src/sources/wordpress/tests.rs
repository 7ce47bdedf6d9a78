//! Reads a stub of a WordPress site on the loopback interface.

use serde_json::json;

use super::*;
use crate::sources::stub::{Document, Stub, TIMEOUT, test_data};

fn post(id: u32) -> Value {
    json!({
        "id": id, "slug": format!("post-{id}"), "status": "publish",
        "link": format!("https://blog.example/post-{id}/"),
        "date": "2024-05-02T03:00:00", "date_gmt": "2024-05-02T01:00:00",
        "title": {"rendered": format!("Post &#8220;{id}&#8221; &amp; more")},
        "excerpt": {"rendered": "<p>It begins so [&hellip;] <a class=\"more-link\" href=\"x\">Continue reading</a></p>", "protected": false},
        "content": {"rendered": "<p>Text <img src=\"/a.png\" alt=\"\"> <a href=\"https://blog.example/about/\">us</a></p>", "protected": false},
        "_embedded": {
            "author": [{"id": 1, "name": "Ada", "avatar_urls": {"24": "https://a.example/24", "96": "https://a.example/96"}}],
            "wp:featuredmedia": [{"source_url": "https://blog.example/full.jpg", "media_details": {"width": 4000, "height": 3001, "sizes": {
                "thumbnail": {"width": 150, "height": 150, "source_url": "https://blog.example/150.jpg"},
                "medium": {"width": "300", "height": 225, "source_url": "https://blog.example/300.jpg"},
                "large": {"width": 1300, "height": 975, "source_url": "https://blog.example/1300.jpg"},
                "full": {"width": 4000, "height": 3001, "source_url": "https://blog.example/full.jpg"}}}}],
            "wp:term": [
                [{"taxonomy": "category", "name": "News &amp; notes"}, {"taxonomy": "category", "name": "Travel"}],
                [{"taxonomy": "post_tag", "name": "Japan"}],
                [{"taxonomy": "latest", "name": "hidden"}]
            ]
        }
    })
}

/// A site with two pages of posts.
fn site() -> Stub {
    let stub = Stub::default();
    stub.put("/", Document::new("text/html", "<html></html>"));
    stub.put(
        "/wp-json/",
        Document::json(
            &json!({"name": "Notes &amp; News", "description": "Words", "namespaces": ["wp/v2"],
                "site_icon_url": "https://blog.example/icon.png"}),
        ),
    );
    let mut sticky = post(5);
    sticky["sticky"] = json!(true);
    let mut odd = post(2);
    odd["content"]["protected"] = json!(true);
    let mut draft = post(3);
    draft["status"] = json!("draft");
    let first = Document::json(&json!([post(1), odd, draft, {"id": 4}]))
        .with_header("x-wp-totalpages", "2");
    stub.put("/wp-json/wp/v2/posts", first);
    let second = Document::json(&json!([sticky])).with_header("x-wp-totalpages", "2");
    stub.put("/wp-json/wp/v2/posts?page=2", second);
    let newest = Document::json(&json!([{"id": 1, "modified_gmt": "2024-05-03T00:00:00"}]));
    stub.put(
        "/wp-json/wp/v2/posts?orderby=modified",
        newest.with_header("x-wp-total", "5"),
    );
    let about = json!([{"id": 9, "slug": "about", "link": "https://blog.example/about/", "parent": 0, "status": "publish", "title": {"rendered": "About"},
        "excerpt": {"rendered": ""}, "content": {"rendered": "<h2>Us</h2><script>x</script><a href=\"https://blog.example/post-5/\">5</a>"}, "modified_gmt": "2024-01-01T00:00:00"}]);
    stub.put("/wp-json/wp/v2/pages", Document::json(&about));
    stub
}

async fn source(stub: &Stub) -> WordPressSource {
    WordPressSource::new(stub.serve().await, TIMEOUT).expect("a client")
}

#[tokio::test]
async fn posts_of_all_pages_are_read_in_full() {
    let stub = site();
    let posts = source(&stub).await.fetch().await.expect("reads");
    let ids: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(
        ids,
        ["post-1", "post-5"],
        "protected ones and drafts are left out"
    );
    assert_eq!(posts.iter().filter(|post| post.pinned).count(), 1);
    let post = &posts[0];
    assert_eq!(post.title, "Post “1” & more");
    assert_eq!(post.summary, "It begins so…");
    assert_eq!(post.category, "News & notes");
    assert_eq!(post.tags, ["Japan", "Travel"]);
    assert_eq!(post.author.name, "Ada");
    assert_eq!(
        post.author.avatar_url.as_deref(),
        Some("https://a.example/96")
    );
    assert_eq!(
        post.featured_image.as_deref(),
        Some("https://blog.example/1300.jpg")
    );
    assert_eq!(
        post.featured_image_srcset.as_deref(),
        Some("https://blog.example/300.jpg 300w, https://blog.example/1300.jpg 1300w")
    );
    assert_eq!(
        post.published_at.map(|at| at.to_string()).as_deref(),
        Some("2024-05-02T01:00:00Z")
    );
    assert!(
        post.content_html.contains("/a.png\""),
        "{}",
        post.content_html
    );
}

#[tokio::test]
async fn the_site_s_words_and_pages_come_along() {
    let reading = source(&site()).await.refetch().await.expect("reads");
    let site = reading.and_then(|reading| reading.site).expect("words");
    assert_eq!(site.title.as_deref(), Some("Notes & News"));
    assert_eq!(site.description.as_deref(), Some("Words"));
    let [about] = site.pages.as_slice() else {
        panic!("{:?}", site.pages)
    };
    assert_eq!(
        (about.page.slug.as_str(), about.menu_label.as_deref()),
        ("about", Some("About"))
    );
    let html = &about.page.content_html;
    assert!(html.contains("Us") && !html.contains("script"), "{html}");
    assert!(html.contains("<a href=\"/blogs/post-5\""), "{html}");
    assert_eq!(about.page.headings.len(), 1);
    assert_eq!(site.icon.as_deref(), Some("https://blog.example/icon.png"));
}

#[tokio::test]
async fn the_menu_has_the_first_pages_that_are_below_no_other() {
    let stub = site();
    let pages: Vec<Value> = (1..=8)
        .map(|id| {
            json!({"id": id, "slug": format!("page-{id}"), "title": {"rendered": format!("Page {id}")},
                "content": {"rendered": ""}, "parent": if id == 2 { 1 } else { 0 }})
        })
        .collect();
    stub.put("/wp-json/wp/v2/pages", Document::json(&json!(pages)));
    let reading = source(&stub).await.refetch().await.expect("reads");
    let site = reading.and_then(|reading| reading.site).expect("words");
    let in_menu = site.pages.iter().filter(|page| page.menu_label.is_some());
    let slugs: Vec<&str> = in_menu.map(|page| page.page.slug.as_str()).collect();
    assert_eq!(slugs, ["page-1", "page-3", "page-4", "page-5", "page-6"]);
    assert_eq!(site.pages.len(), 8);
}

#[tokio::test]
async fn a_name_and_pages_that_can_t_be_read_for_a_while_stay() {
    let stub = site();
    let source = source(&stub).await;
    source.refetch().await.expect("reads");
    let gone = || Document::json(&json!({"code": "no"})).with_status(500);
    stub.put("/wp-json/", gone());
    stub.put("/wp-json/wp/v2/pages", gone());
    let newest = Document::json(&json!([{"id": 5, "modified_gmt": "2024-05-04T00:00:00"}]));
    stub.put("/wp-json/wp/v2/posts?orderby=modified", newest);
    let reading = source.refetch().await.expect("reads").expect("a change");
    let site = reading.site.expect("words");
    assert_eq!(site.title.as_deref(), Some("Notes & News"));
    assert_eq!(site.pages.len(), 1);
}

#[tokio::test]
async fn an_unchanged_site_costs_two_small_requests() {
    let stub = site();
    let source = source(&stub).await;
    assert!(source.refetch().await.expect("reads").is_some());
    stub.requests();
    assert_eq!(source.refetch().await.expect("reads"), None);
    assert_eq!(stub.requests().0, 2);

    let newest = Document::json(&json!([{"id": 5, "modified_gmt": "2024-05-04T00:00:00"}]));
    stub.put(
        "/wp-json/wp/v2/posts?orderby=modified",
        newest.with_header("x-wp-total", "5"),
    );
    let reading = source.refetch().await.expect("reads").expect("a change");
    assert_eq!(reading.posts.len(), 2);
}

#[tokio::test]
async fn a_site_without_pretty_addresses_is_read_by_its_routes() {
    for (api, expected) in [
        (
            "https://a.example/wp-json/",
            "https://a.example/wp-json/wp/v2/posts?per_page=1",
        ),
        (
            "https://a.example/blog/wp-json",
            "https://a.example/blog/wp-json/wp/v2/posts?per_page=1",
        ),
        (
            "https://a.example/?rest_route=/",
            "https://a.example/?rest_route=%2Fwp%2Fv2%2Fposts&per_page=1",
        ),
    ] {
        let api = Url::parse(api).expect("a URL");
        assert_eq!(
            route(&api, "wp/v2/posts", &[("per_page", "1")]).as_str(),
            expected
        );
    }
}

#[tokio::test]
async fn an_api_on_another_host_is_refused_with_its_address() {
    let stub = Stub::default();
    let home = Document::new("text/html", "");
    stub.put(
        "/",
        home.with_header(
            "link",
            "<https://other.example/wp-json/>; rel=\"https://api.w.org/\"",
        ),
    );
    let error = source(&stub)
        .await
        .fetch()
        .await
        .expect_err("another host")
        .to_string();
    assert!(
        error.contains("give wordpress:https://other.example/wp-json/"),
        "{error}"
    );
}

#[tokio::test]
#[ignore = "reads FLASHBLOG_TEST_DATA"]
async fn real_answers_of_wordpress_are_read() {
    for (file, count, title) in [
        (
            "frontity_demo-worona_category-7_page1.json",
            5,
            "Shinjuku Gyoen National Garden",
        ),
        ("frontity_test-site_posts.json", 3, ""),
        ("11ty-import_blog-awesome-posts.json", 1, ""),
        ("frontity_sparse_posts.json", 0, ""),
        ("headstartwp_pages.json", 6, ""),
    ] {
        let stub = site();
        let body = test_data(&format!("wordpress/{file}"));
        stub.put(
            "/wp-json/wp/v2/posts",
            Document::new("application/json", body),
        );
        let posts = source(&stub).await.fetch().await.expect("reads");
        assert_eq!(posts.len(), count, "{file}");
        for post in &posts {
            assert!(
                !post.title.contains("&#") && !post.summary.contains("[…]"),
                "{file}: {post:?}"
            );
            assert!(post.published_at.is_some(), "{file}");
        }
        if let Some(first) = posts.first().filter(|_| !title.is_empty()) {
            assert_eq!(first.title, title);
            assert_eq!(first.category, "Nature");
            assert_eq!(first.author.name, "Reyes Martinez");
            assert_eq!(
                first.featured_image.as_deref(),
                Some("https://demo.worona.org/wp-content/uploads/2016/11/japan-1200x800.jpg")
            );
        }
    }
}
