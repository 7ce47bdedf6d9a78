//! Reads stub servers on the loopback interface.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::sources::stub::{Document, Stub, TIMEOUT, test_data};

async fn serve(router: Router) -> Url {
    let url = crate::sources::stub::serve(router).await;
    url.join("api/blogs").expect("a URL")
}

/// A server that answers every request with `body`.
async fn serving(body: impl IntoResponse + Clone + Send + Sync + 'static) -> Url {
    serve(Router::new().fallback(move || async move { body })).await
}

/// A server that writes these bytes and hangs up.
async fn writing(answer: &'static str) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await;
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    Url::parse(&format!("http://{address}/")).expect("a URL")
}

async fn fetch(url: Url) -> Result<Vec<Post>, SourceError> {
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
async fn laravel(Query(query): Query<Vec<(String, String)>>, last: Value) -> axum::Json<Value> {
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
async fn an_answer_without_posts_and_an_unreachable_server_are_different_errors() {
    for status in [
        StatusCode::NOT_FOUND,
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE,
    ] {
        let error = fetch(serving((status, "[]")).await)
            .await
            .expect_err("a failure");
        assert!(matches!(error, SourceError::Unreachable(_)));
        assert!(error.to_string().contains(status.as_str()), "{error}");
    }
    for body in [
        "<!doctype html><title>secret</title>",
        "",
        "[{]",
        "\u{0}",
        "[1, 2",
        "NaN",
    ] {
        let url = serving(([(header::CONTENT_TYPE, "text/html")], body)).await;
        let error = fetch(url).await.expect_err("no JSON");
        assert!(matches!(error, SourceError::Unusable(_)), "{body:?}");
        let error = error.to_string();
        assert!(
            error.contains("text/html") && !error.contains("secret"),
            "{error}"
        );
    }
    let nested = "[".repeat(100_000);
    assert!(matches!(
        fetch(serving(nested).await).await,
        Err(SourceError::Unusable(_))
    ));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_a_failure() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{\"id\": 1",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[]",
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[{\"id\": 1",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]",
        "HTTP/1.1 2",
        "SSH-2.0-OpenSSH_9\r\n",
        "",
    ] {
        let error = fetch(writing(answer).await).await.expect_err(answer);
        assert!(error.to_string().len() > 20, "{answer:?}: {error}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = Url::parse(&format!(
        "http://{}/",
        listener.local_addr().expect("an address")
    ));
    drop(listener);
    let error = fetch(nobody.expect("a URL"))
        .await
        .expect_err("nobody listens");
    assert!(matches!(error, SourceError::Unreachable(_)), "{error}");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn an_answer_that_is_late_is_a_failure() {
    let silent = || async { std::future::pending::<StatusCode>().await };
    let stalled = || async {
        let begun = stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"[")) });
        Body::from_stream(begun.chain(stream::pending()))
    };
    for router in [
        Router::new().fallback(silent),
        Router::new().fallback(stalled),
    ] {
        let source =
            JsonApiSource::new(serve(router).await, Duration::from_millis(50)).expect("a client");
        let error = source.fetch().await.expect_err("too late");
        assert!(matches!(error, SourceError::Unreachable(_)));
        assert!(error.to_string().contains("50ms"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_a_failure_compressed_or_not() {
    let endless = || async {
        Body::from_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1 << 16]))
        }))
    };
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b' '; MAX_ANSWER_BYTES + 1])
        .expect("compresses");
    let bomb = bomb.finish().expect("compresses");
    assert!(bomb.len() < 100_000);
    for url in [
        serve(Router::new().fallback(endless)).await,
        serving(([(header::CONTENT_ENCODING, "gzip")], bomb)).await,
    ] {
        let error = fetch(url).await.expect_err("too large");
        assert!(error.to_string().contains("larger than 16 MiB"), "{error}");
    }
}

#[tokio::test]
async fn redirects_stay_on_the_host_and_end() {
    let router = Router::new().route(
        "/hop/{left}",
        get(
            |axum::extract::Path(left): axum::extract::Path<u32>| async move {
                match left {
                    0 => axum::Json(json!([{"id": 1, "title": "A"}])).into_response(),
                    _ => Redirect::temporary(&format!("/hop/{}", left - 1)).into_response(),
                }
            },
        ),
    );
    let url = serve(router).await;
    for (hops, arrives) in [
        ("/hop/0", true),
        ("/hop/1", true),
        ("/hop/2", true),
        ("/hop/3", false),
    ] {
        let result = fetch(url.join(hops).expect("a URL")).await;
        assert_eq!(result.is_ok(), arrives, "{hops}: {result:?}");
    }
    let error = fetch(url.join("/hop/3").expect("a URL"))
        .await
        .expect_err("too many");
    assert!(error.to_string().contains("more than 2 times"), "{error}");

    let port = url.port().expect("a port");
    let other_port = serving(axum::Json(json!([]))).await;
    for elsewhere in [
        format!("http://localhost:{port}/hop/0"),
        format!("https://127.0.0.1:{port}/hop/0"),
        format!("{other_port}?token=secret"),
    ] {
        let error = fetch(serving(Redirect::temporary(&elsewhere)).await)
            .await
            .expect_err("elsewhere");
        let error = error.to_string();
        assert!(
            error.contains("give that address as the source") && !error.contains("secret"),
            "{elsewhere}: {error}"
        );
    }
}

#[tokio::test]
async fn requests_say_who_asks_and_keep_nothing() {
    let seen: Arc<Mutex<Vec<HeaderMap>>> = Arc::default();
    let headers = Arc::clone(&seen);
    let url = serve(Router::new().fallback(move |request: Request| async move {
        headers
            .lock()
            .expect("a lock")
            .push(request.headers().clone());
        ([(header::SET_COOKIE, "a=b")], axum::Json(json!([])))
    }))
    .await;
    let source = JsonApiSource::new(url, TIMEOUT).expect("a client");
    for _ in 0..2 {
        source.fetch().await.expect("reads");
    }
    let seen = seen.lock().expect("a lock");
    assert_eq!(seen.len(), 2);
    for headers in seen.iter() {
        assert_eq!(
            headers[header::USER_AGENT],
            concat!("FlashBlog/", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(headers[header::ACCEPT], "application/json");
        assert!(!headers.contains_key(header::COOKIE));
    }
}

#[tokio::test]
async fn secrets_of_the_address_are_sent_upstream_and_never_logged() {
    let url = serve(Router::new().fallback(|request: Request| async move {
        let known = request.headers().contains_key(header::AUTHORIZATION)
            && request.uri().query() == Some("key=hunter2");
        if known {
            StatusCode::IM_A_TEAPOT
        } else {
            StatusCode::UNAUTHORIZED
        }
    }))
    .await;
    let mut with_secrets = url.clone();
    with_secrets.set_query(Some("key=hunter2"));
    with_secrets.set_username("me").expect("a host");
    with_secrets.set_password(Some("hunter2")).expect("a host");
    let error = fetch(with_secrets.clone())
        .await
        .expect_err("a teapot")
        .to_string();
    assert!(
        error.contains("418") && error.contains("/api/blogs?…"),
        "{error}"
    );
    assert!(
        !error.contains("hunter2") && !error.contains("me:"),
        "{error}"
    );

    with_secrets.set_port(Some(1)).expect("a host");
    let error = fetch(with_secrets)
        .await
        .expect_err("nobody listens")
        .to_string();
    assert!(!error.contains("hunter2"), "{error}");
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
async fn an_upstream_that_asks_for_time_gets_it() {
    let busy = |after: &'static str| {
        (
            StatusCode::TOO_MANY_REQUESTS,
            [(header::RETRY_AFTER, after)],
            "",
        )
            .into_response()
    };
    let url = serve(Router::new().fallback(move || async move { busy("120") })).await;
    let error = fetch(url).await.expect_err("busy");
    assert_eq!(
        error.retry_after(),
        Some(Duration::from_secs(120)),
        "{error}"
    );

    // A later page is asked for again, after the time that the upstream names.
    let asked: Arc<Mutex<u32>> = Arc::default();
    let router = Router::new().fallback(move |query: Query<Vec<(String, String)>>| async move {
        let is_second = query.0.iter().any(|(_, page)| page == "2");
        if is_second {
            let mut asked = asked.lock().expect("a lock");
            *asked += 1;
            if *asked < 3 {
                return busy("0");
            }
        }
        laravel(query, json!(2)).await.into_response()
    });
    assert_eq!(fetch(serve(router).await).await.expect("reads").len(), 2);
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
