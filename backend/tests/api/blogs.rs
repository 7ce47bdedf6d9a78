//! The blog endpoints.

use std::time::Duration;

use axum::http::StatusCode;
use flashblog::content::post::Post;
use shared::blog::{Blog, BlogPage, CategoryList};
use tokio::sync::Semaphore;

use crate::harness::{Answer, TestApp, post, posts};

fn titles(answer: &Answer) -> Vec<String> {
    let page: BlogPage = answer.data();
    page.items.into_iter().map(|item| item.title).collect()
}

#[tokio::test]
async fn a_list_comes_in_pages_of_six_newest_first() {
    let app = TestApp::new().await;
    let first: BlogPage = app.get("/api/v1/blogs").await.data();
    assert_eq!(
        (
            first.page,
            first.per_page,
            first.total_items,
            first.total_pages
        ),
        (1, 6, 14, 3)
    );
    assert!(!first.has_prev && first.has_next && !first.freshness.stale);
    assert_eq!(first.items[0].title, "Post 1");
    assert_eq!(first.items[0].url, "/blogs/post-1");
    let last: BlogPage = app.get("/api/v1/blogs?page=3").await.data();
    assert_eq!(last.items.len(), 2);
    assert!(last.has_prev && !last.has_next);
}

#[tokio::test]
async fn page_numbers_are_brought_into_range_never_refused() {
    let app = TestApp::new().await;
    let cases = [
        ("page=0", 1, 6),
        ("page=-3", 1, 6),
        ("page=99", 3, 6),
        ("page=99999999999999999999999", 3, 6),
        ("page=-99999999999999999999999", 1, 6),
        ("page=two", 1, 6),
        ("page=", 1, 6),
        ("page=2&page=3", 2, 6),
        ("per_page=0", 1, 1),
        ("per_page=51", 1, 50),
        ("per_page=x", 1, 6),
        ("page=%ff%fe", 1, 6),
        ("page=2&per_page=4&unknown=1", 2, 4),
    ];
    for (query, page, per_page) in cases {
        let answer = app.get(&format!("/api/v1/blogs?{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{query}");
        let list: BlogPage = answer.data();
        assert_eq!((list.page, list.per_page), (page, per_page), "{query}");
    }
}

#[tokio::test]
async fn a_category_narrows_the_list_and_categories_are_counted() {
    let app = TestApp::new().await;
    let even: BlogPage = app.get("/api/v1/blogs?category=even").await.data();
    assert_eq!(even.total_items, 7);
    assert!(even.items.iter().all(|item| item.category == "Even"));
    let none: BlogPage = app.get("/api/v1/blogs?category=Nothing").await.data();
    assert_eq!((none.items.len(), none.page, none.total_pages), (0, 1, 1));
    app.source.hold(posts(3));
    app.clock.advance(Duration::from_secs(6));
    let categories: CategoryList = app.get("/api/v1/categories").await.data();
    let counts: Vec<_> = categories
        .items
        .iter()
        .map(|c| (c.name.as_str(), c.count))
        .collect();
    assert_eq!(counts, [("Odd", 2), ("Even", 1)]);
}

#[tokio::test]
async fn a_tag_narrows_the_list_alone_and_within_a_category() {
    let app = TestApp::new().await;
    let tagged = |number: usize, tag: &str| Post {
        tags: vec!["all".to_owned(), tag.to_owned()],
        ..post(number)
    };
    let third = |number: usize| {
        if number.is_multiple_of(3) {
            "C & C++ #1"
        } else {
            "other"
        }
    };
    app.source
        .hold((1..=14).map(|n| tagged(n, third(n))).collect());
    let visitor = app.browser();
    let cases = [
        ("tag=C+%26+C%2B%2B+%231", 4, "Post 3"),
        ("tag=%20c%20%26%20c%2B%2B%20%231%20", 4, "Post 3"),
        ("category=even&tag=C+%26+C%2B%2B+%231", 2, "Post 6"),
        ("tag=all&page=99", 14, "Post 13"),
        ("tag=&category=odd", 7, "Post 1"),
        ("tag=all&tag=nothing", 14, "Post 1"),
    ];
    for (query, total, first) in cases {
        let list: BlogPage = visitor.get(&format!("/api/v1/blogs?{query}")).await.data();
        assert_eq!(list.total_items, total, "{query}");
        assert_eq!(list.items[0].title, first, "{query}");
    }
    // Requests for many unknown tags return empty lists and don't replace the existing tags.
    for number in 0..300 {
        let path = format!("/api/v1/blogs?tag=made-up-{number}");
        let none: BlogPage = visitor.get(&path).await.data();
        assert_eq!((none.total_items, none.page, none.total_pages), (0, 1, 1));
    }
    let all: BlogPage = visitor.get("/api/v1/blogs?tag=ALL").await.data();
    assert_eq!(all.total_items, 14);
}

#[tokio::test]
async fn a_blog_comes_whole_with_its_neighbours() {
    let app = TestApp::new().await;
    let blog: Blog = app.get("/api/v1/blogs/post-2").await.data();
    assert_eq!(blog.content_html, "<p>Text 2</p>");
    assert_eq!(blog.previous.expect("newer").id, "post-1");
    assert_eq!(blog.next.expect("older").id, "post-3");
    assert!(!blog.related.is_empty() && blog.related.iter().all(|other| other.id != "post-2"));
}

#[tokio::test]
async fn an_unknown_blog_is_404_with_a_flash() {
    let app = TestApp::new().await;
    let answer = app.get("/api/v1/blogs/42").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.problem().code, "blog_not_found");
    assert_eq!(answer.problem().detail, "No blog has the id 42.");
    assert_eq!(answer.flashes(), ["error: Blog not found."]);
    let odd = app.get("/api/v1/blogs/%2e%2e%2fetc%00").await;
    assert_eq!(odd.problem().code, "blog_not_found");
    assert_eq!(
        app.get("/api/v1/blogs/%ff").await.status,
        StatusCode::BAD_REQUEST
    );
}

#[tokio::test]
async fn without_any_copy_a_list_is_empty_and_stale_and_a_blog_is_503() {
    let app = TestApp::new().await;
    app.source.fail();
    let answer = app.get("/api/v1/blogs").await;
    assert_eq!(answer.status, StatusCode::OK);
    let page: BlogPage = answer.data();
    assert_eq!((page.items.len(), page.page, page.total_pages), (0, 1, 1));
    assert!(page.freshness.stale && page.freshness.fetched_at.is_none());
    assert_eq!(answer.flashes().len(), 1);
    assert!(answer.flashes()[0].starts_with("warning: "));
    assert!(
        !answer.text().contains("10.1.2.3"),
        "the cause is for the operator only"
    );

    let blog = app.get("/api/v1/blogs/post-1").await;
    assert_eq!(blog.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(blog.problem().code, "source_unavailable");
    assert_eq!(blog.header("retry-after"), Some("5"));
    assert!(!blog.text().contains("10.1.2.3"));
}

#[tokio::test]
async fn a_source_that_never_answers_is_given_up_and_its_answer_still_welcome() {
    let app = TestApp::new().await;
    app.source.gate.forget_permits(Semaphore::MAX_PERMITS);
    tokio::time::pause();
    for (path, status) in [("/api/v1/blogs", 200), ("/blogs", 200), ("/feed.xml", 503)] {
        assert_eq!(app.get(path).await.status, status, "{path}");
    }
    let page: BlogPage = app.get("/api/v1/blogs").await.data();
    assert!(page.freshness.stale && page.items.is_empty());
    assert_eq!(app.source.fetches(), 1, "no second fetch meanwhile");

    app.source.gate.add_permits(1);
    let page: BlogPage = app.get("/api/v1/blogs").await.data();
    assert!(!page.freshness.stale && !page.items.is_empty());
    assert_eq!(app.source.fetches(), 1);
}

#[tokio::test]
async fn a_failing_source_leaves_the_last_good_copy_marked_stale() {
    let app = TestApp::new().await;
    let early = app.browser();
    early.get("/api/v1/blogs").await;
    app.source.fail();
    app.clock.advance(Duration::from_secs(6));
    let answer = app.get("/api/v1/blogs").await;
    let page: BlogPage = answer.data();
    assert!(page.freshness.stale && page.freshness.fetched_at.is_some());
    assert_eq!(page.total_items, 14);
    assert!(answer.flashes()[0].starts_with("warning: "));
    let still: BlogPage = early.get("/api/v1/blogs").await.data();
    assert!(
        !still.freshness.stale,
        "a session that has a copy keeps reading it"
    );
}

#[tokio::test]
async fn a_failure_is_asked_about_again_after_a_pause() {
    let app = TestApp::new().await;
    app.source.fail();
    let visitor = app.browser();
    visitor.get("/api/v1/blogs").await;
    app.clock.advance(Duration::from_millis(4_900));
    visitor.get("/api/v1/blogs").await;
    assert_eq!(app.source.fetches(), 1, "no fetch before the pause is over");
    app.source.hold(posts(2));
    app.clock.advance(Duration::from_millis(200));
    let page: BlogPage = visitor.get("/api/v1/blogs").await.data();
    assert_eq!((page.total_items, page.freshness.stale), (2, false));
    assert_eq!(app.source.fetches(), 2);
}

#[tokio::test]
async fn an_adapter_that_panics_is_a_failing_source() {
    let app = TestApp::new().await;
    let mut broken = posts(1);
    broken[0].id = "panic".to_owned();
    app.source.hold(broken);
    let page: BlogPage = app.get("/api/v1/blogs").await.data();
    assert!(page.freshness.stale);
    app.source.hold(posts(1));
    app.clock.advance(Duration::from_secs(6));
    let page: BlogPage = app.get("/api/v1/blogs").await.data();
    assert_eq!((page.total_items, page.freshness.stale), (1, false));
}

#[tokio::test]
async fn a_session_reads_one_copy_for_an_hour_while_new_ones_see_new_posts() {
    let app = TestApp::new().await;
    let early = app.browser();
    early.get("/api/v1/blogs").await;
    app.source.hold(posts(1));
    app.clock.advance(Duration::from_secs(3000));
    assert_eq!(titles(&app.get("/api/v1/blogs").await), ["Post 1"]);
    assert_eq!(
        titles(&early.get("/api/v1/blogs?page=3").await),
        ["Post 13", "Post 14"]
    );
    app.clock.advance(Duration::from_secs(601));
    assert_eq!(titles(&early.get("/api/v1/blogs").await), ["Post 1"]);
}

#[tokio::test]
async fn sessions_that_start_at_once_share_one_request_and_cancelling_one_cancels_no_other() {
    let app = TestApp::new().await;
    app.source.gate.forget_permits(usize::MAX);
    let first = app.browser();
    let impatient = tokio::spawn(async move { first.get("/api/v1/blogs").await });
    while app.source.fetches() == 0 {
        tokio::task::yield_now().await;
    }
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let visitor = app.browser();
            tokio::spawn(async move { visitor.get("/api/v1/blogs").await })
        })
        .collect();
    tokio::task::yield_now().await;
    impatient.abort();
    app.source.gate.add_permits(1);
    for answer in waiting {
        assert_eq!(titles(&answer.await.expect("answered")).len(), 6);
    }
    assert_eq!(app.source.fetches(), 1);
}
