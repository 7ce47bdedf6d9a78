//! Requests and answers that fail, and what a request contains.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::tests::{fetch, laravel, serve, serving};
use super::*;
use crate::sources::stub::TIMEOUT;

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
