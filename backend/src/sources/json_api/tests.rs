//! Reads stub servers on the loopback interface.

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::*;
use crate::sources::stub::{Document, Stub, TIMEOUT, test_data};

pub(super) async fn serve(router: Router) -> Url {
    let url = crate::sources::stub::serve(router).await;
    url.join("api/blogs").expect("a URL")
}

/// A server that answers every request with `body`.
pub(super) async fn serving(body: impl IntoResponse + Clone + Send + Sync + 'static) -> Url {
    serve(Router::new().fallback(move || async move { body })).await
}

pub(super) async fn fetch(url: Url) -> Result<Vec<Post>, SourceError> {
    JsonApiSource::new(url, TIMEOUT)
        .expect("a client")
        .fetch()
        .await
}

/// The titles that are read from a server's answer.
async fn titles(body: Value) -> Result<Vec<String>, SourceError> {
    let posts = fetch(serving(axum::Json(body)).await).await?;
    Ok(posts.into_iter().map(|post| post.title).collect())
}

#[tokio::test]
#[ignore = "reads FLASHBLOG_TEST_DATA"]
async fn posts_in_the_upstream_shape_are_read_in_full() {
    let example = test_data("jsonfakery/example.constructed.json");
    let example: Value = serde_json::from_slice(&example).expect("JSON");
    let posts = fetch(serving(axum::Json(json!([example]))).await)
        .await
        .expect("reads");
    let [post] = posts.as_slice() else {
        panic!("{posts:?}")
    };
    assert_eq!(post.id, "9bf2c1a0-5b1e-4d0a-9a54-0f3c7d1b2a11");
    assert_eq!(post.title, "Constructed example: not server output");
    assert_eq!(
        post.subtitle.as_deref(),
        Some("Field names from blogInterface.ts")
    );
    assert_eq!(post.summary, "Only the key names and types are evidenced.");
    assert_eq!(post.category, "Technology");
    assert_eq!(post.author.name, "Ada Example");
    assert_eq!(
        post.author.avatar_url.as_deref(),
        Some("https://jsonfakery.com/example-user.jpg")
    );
    assert_eq!(
        post.featured_image.as_deref(),
        Some("https://jsonfakery.com/example.jpg")
    );
    assert_eq!(
        post.published_at.map(|at| at.to_string()).as_deref(),
        Some("2024-05-02T00:00:00Z")
    );
    assert_eq!(post.published_label, "2 May 2024");
    assert_eq!(post.content_html, "<p>May hold <b>HTML</b>.</p>");
    assert_eq!(post.tags, ["example"]);
}

#[tokio::test]
async fn a_list_is_found_wherever_the_upstream_keeps_it() {
    let list = json!([{"id": 1, "title": "A"}, {"id": "2", "title": "B"}]);
    for body in [
        list.clone(),
        json!({ "data": list }),
        json!({ "blogs": list, "status": "ok" }),
        json!({ "data": {"total": 2}, "posts": list }),
    ] {
        assert_eq!(
            titles(body.clone()).await.expect("reads"),
            ["A", "B"],
            "{body}"
        );
    }
    for empty in [json!([]), json!({"data": []})] {
        assert_eq!(titles(empty).await.expect("reads"), [""; 0]);
    }
    assert_eq!(
        fetch(serving("\u{feff}[]").await)
            .await
            .expect("a byte order mark is no fault"),
        vec![]
    );
    for other in [
        json!({}),
        json!({"data": null}),
        json!({"data": {"id": 1}}),
        json!("x"),
        json!(null),
    ] {
        let error = titles(other.clone()).await.expect_err("no list");
        assert!(matches!(error, SourceError::Unusable(_)), "{other}");
    }
}

/// A Laravel page of one post, titled after what was asked for.
pub(super) async fn laravel(
    Query(query): Query<Vec<(String, String)>>,
    last: Value,
) -> axum::Json<Value> {
    let page = query
        .iter()
        .find(|(key, _)| key == "page")
        .map_or("1", |(_, page)| page);
    let others: Vec<String> = query
        .iter()
        .filter(|(key, _)| key != "page")
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    let number: u64 = page.parse().expect("a number");
    axum::Json(json!({
        "current_page": number,
        "data": [{"id": number, "title": format!("page {page} {}", others.join("&"))}],
        "last_page": last,
    }))
}

async fn paginated(last: Value) -> Url {
    serve(
        Router::new()
            .fallback(move |query: Query<Vec<(String, String)>>| laravel(query, last.clone())),
    )
    .await
}

#[tokio::test]
async fn every_page_is_read_in_order_with_the_rest_of_the_query() {
    for last in [json!(6), json!("6")] {
        let mut url = paginated(last).await;
        url.set_query(Some("lang=en&q=a%26b"));
        let posts = fetch(url).await.expect("reads");
        let titles: Vec<&str> = posts.iter().map(|post| post.title.as_str()).collect();
        let expected: Vec<String> = (1..=6)
            .map(|page| format!("page {page} lang=en&q=a&b"))
            .collect();
        assert_eq!(titles, expected);
    }
    let mut from_the_fifth = paginated(json!(6)).await;
    from_the_fifth.set_query(Some("page=5"));
    assert_eq!(fetch(from_the_fifth).await.expect("reads").len(), 2);
    assert_eq!(
        fetch(paginated(json!(1_000_000)).await)
            .await
            .expect("reads")
            .len(),
        200
    );
    assert_eq!(
        fetch(paginated(json!(0)).await).await.expect("reads").len(),
        1
    );
    assert_eq!(
        fetch(paginated(json!(null)).await)
            .await
            .expect("reads")
            .len(),
        1
    );
}

#[tokio::test]
async fn a_page_that_fails_fails_the_reading() {
    let router = Router::new().fallback(|query: Query<Vec<(String, String)>>| async {
        if query.0.iter().any(|(_, page)| page == "3") {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        laravel(query, json!(5)).await.into_response()
    });
    let error = fetch(serve(router).await)
        .await
        .expect_err("page 3 is missing");
    assert!(error.to_string().contains("502"), "{error}");
}

#[tokio::test]
async fn one_bad_character_costs_at_most_one_post() {
    let body = b"[{\"id\":1,\"title\":\"Good\"},{\"id\":2,\"title\":\"Cut \\ud83d\"},{\"id\":3,\"title\":\"caf\xe9\",\"score\":1e400}]";
    let posts = fetch(serving(body.to_vec()).await).await.expect("reads");
    let titles: Vec<&str> = posts.iter().map(|post| post.title.as_str()).collect();
    assert_eq!(titles, ["Good", "Cut \u{fffd}", "caf\u{fffd}"]);
}

#[tokio::test]
async fn an_unchanged_list_is_not_parsed_again() {
    let stub = Stub::default();
    let page = |ids: &[u32], last: u32| {
        let items: Vec<Value> = ids
            .iter()
            .map(|id| json!({"id": id, "title": "T"}))
            .collect();
        Document::json(&json!({"data": items, "last_page": last}))
    };
    stub.put("/api/blogs", page(&[1], 2).with_etag("\"a\""));
    stub.put("/api/blogs?page=2", page(&[2], 2).with_etag("\"b\""));
    let url = stub.serve().await.join("api/blogs").expect("a URL");
    let source = JsonApiSource::new(url, TIMEOUT).expect("a client");
    assert!(source.refetch().await.expect("reads").is_some());
    assert_eq!(stub.requests(), (2, 0));
    assert_eq!(source.refetch().await.expect("asks"), None);
    assert_eq!(stub.requests(), (2, 2));
    stub.put("/api/blogs?page=2", page(&[2, 3], 2).with_etag("\"c\""));
    let reading = source.refetch().await.expect("reads").expect("a change");
    assert_eq!(reading.posts.len(), 3);
}

#[tokio::test]
async fn cursors_and_links_are_followed_on_the_same_host() {
    let stub = Stub::default();
    let items = |id: u32| json!([{"id": id, "title": "T"}]);
    stub.put(
        "/api/blogs",
        Document::json(&json!({"data": items(1), "links": {"next": "/two"}})),
    );
    stub.put(
        "/two",
        Document::json(&items(2)).with_header("link", "</three>; rel=\"next\""),
    );
    stub.put(
        "/three",
        Document::json(&json!({"data": items(3), "next_page_url": "https://other.example/four"})),
    );
    let url = stub.serve().await.join("api/blogs").expect("a URL");
    assert_eq!(fetch(url).await.expect("reads").len(), 3);
}

#[tokio::test]
async fn a_list_without_end_is_cut_and_takes_little_memory() {
    let hostile = format!("[{}{{}}]", "{\"\":0},".repeat(MAX_ANSWER_BYTES / 8 - 2));
    assert_eq!(fetch(serving(hostile).await).await.expect("reads"), vec![]);
}

#[tokio::test]
async fn posts_with_ids_of_thirty_digits_are_different_posts() {
    let list = r#"[{"id":123456789012345678901234567890,"title":"A"},
                   {"id":123456789012345678901234567891,"title":"B"}]"#;
    let posts = fetch(serving(list).await).await.expect("posts");
    let ids: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "123456789012345678901234567890",
            "123456789012345678901234567891"
        ]
    );
}
