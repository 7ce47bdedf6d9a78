//! Malformed and ambiguous requests on real sockets, and clients that don't read their answers.

use std::io;

use flashblog::http::checked_stream::{CheckedStream, STALL_TIMEOUT};
use flashblog::http::server::ConnectionLimits;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::harness::{TestApp, any_host};
use crate::server::{Server, exchange, read_all, start};

/// The headers of every response (OWASP ASVS 5.0, V3.4).
const ALWAYS: [&str; 7] = [
    "content-security-policy: default-src 'none'",
    "x-content-type-options: nosniff",
    "referrer-policy: ",
    "cross-origin-opener-policy: ",
    "cross-origin-resource-policy: ",
    "permissions-policy: ",
    "x-request-id: ",
];

async fn serve() -> (TestApp, Server) {
    let app = TestApp::new().await;
    let server = start(app.router(), ConnectionLimits::default()).await;
    (app, server)
}

#[track_caller]
fn assert_refused(answer: &str, status: u16, request: &str) {
    let request: String = request.chars().take(120).collect();
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{request}: {answer}"
    );
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
    for header in ALWAYS.into_iter().chain(["connection: close"]) {
        assert!(answer.contains(header), "{request}: no {header}: {answer}");
    }
}

#[tokio::test]
async fn a_request_that_ends_in_two_ways_is_refused_and_smuggles_no_other() {
    let (_app, server) = serve().await;
    let (length, chunks) = ("Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n");
    for fields in [
        [length, chunks],
        [chunks, length],
        [length, length],
        [length, "content-length: 4\r\n"],
        [chunks, chunks],
        [chunks, "Transfer-Encoding: identity\r\n"],
    ] {
        let request = format!(
            "POST /api/v1/session HTTP/1.1\r\nHost: a\r\n{}\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
            fields.concat()
        );
        let answer = exchange(server.address, &request).await;
        assert_refused(&answer, 400, &request);
        assert!(answer.contains("\"bad_request\""), "{answer}");
    }
}

#[tokio::test]
async fn no_address_and_no_method_takes_an_unclear_request() {
    let (_app, server) = serve().await;
    for path in [
        "/",
        "/about",
        "/contact",
        "/nowhere",
        "/app.wasm",
        "/media/x.svg",
        "/feed.xml",
        "/healthz",
        "/api/v1/contact",
        "/api/v1/nowhere",
    ] {
        for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
            for fields in [
                "Host: a\r\nHost: b\r\n",
                "",
                "Host: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n",
                "Host: a b\r\n",
                "Host: a/b\r\n",
                "Host: somebody@a\r\n",
                "Host: \u{e9}\r\n",
            ] {
                let request = format!("{method} {path} HTTP/1.1\r\n{fields}\r\n");
                let answer = exchange(server.address, &request).await;
                assert_refused(&answer, 400, &request);
            }
        }
    }
    for host in ["a", "a:80", "127.0.0.1:3000", "[::1]:3000"] {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = exchange(server.address, &request).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{host}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_disconnected_and_a_slow_one_is_served() {
    let (ours, _theirs) = duplex(64);
    let begun = Instant::now();
    let outcome = CheckedStream::new(ours).write_all(&[0; 1_000]).await;
    let error = outcome.expect_err("the other end does not read");
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert_eq!(begun.elapsed(), STALL_TIMEOUT);

    let (ours, mut theirs) = duplex(64);
    let reading = tokio::spawn(async move {
        let (mut part, mut length) = ([0; 64], 0);
        while length < 1_000 {
            sleep(STALL_TIMEOUT * 2 / 3).await;
            length += theirs.read(&mut part).await.expect("reads");
        }
    });
    let outcome = CheckedStream::new(ours).write_all(&[0; 1_000]).await;
    outcome.expect("served");
    reading.await.expect("reads all");
}

#[tokio::test]
async fn malformed_requests_are_refused_with_the_headers_of_every_response() {
    let (_app, server) = serve().await;
    let many = format!(
        "GET / HTTP/1.1\r\nHost: a\r\n{}\r\n",
        "a: b\r\n".repeat(100)
    );
    let large = format!("GET / HTTP/1.1\r\nHost: a\r\nx: {}", "x".repeat(1_000_000));
    for (request, status) in [
        ("\u{16}\u{3}\u{1}\u{2}\0 hello, this is TLS\r\n\r\n", 400),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 400),
        ("GET /<a> HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nBad Name: b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", 400),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
            400,
        ),
        (
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        ("GET / HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (&many, 431),
        (&large, 431),
    ] {
        let answer = exchange(server.address, request).await;
        assert_refused(&answer, status, request);
    }
}

#[tokio::test]
async fn on_https_a_refusal_says_so_too() {
    let app = TestApp::at("https://blog.test").await;
    let server = start(app.router(), ConnectionLimits::default()).await;
    let answer = exchange(server.address, "nonsense\r\n\r\n").await;
    assert!(
        answer.contains("strict-transport-security: max-age="),
        "{answer}"
    );
}

#[tokio::test]
async fn requests_before_an_unreadable_one_are_answered() {
    let (_app, server) = serve().await;
    let request = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".repeat(2) + "nonsense\r\n\r\n";
    let answer = exchange(server.address, &request).await;
    let statuses: Vec<&str> = answer
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|one| &one[..3])
        .collect();
    assert_eq!(statuses, ["200", "200", "400"], "{answer}");
}

#[tokio::test]
async fn a_request_is_read_however_it_is_cut_and_a_body_is_no_head() {
    let (_app, server) = serve().await;
    let body = "{\"a\":\"\\r\\nTransfer-Encoding: chunked\\r\\nContent-Length: 1\"}";
    let requests = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}\
         \r\nGET /healthz HTTP/1.1\nHost: a\n\n\
         POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n \r\n0\r\n\r\n",
        body.len()
    );
    for size in [1, 7, 64, 4096] {
        let mut stream = TcpStream::connect(server.address).await.expect("connects");
        stream.set_nodelay(true).expect("sets");
        for part in requests.as_bytes().chunks(size) {
            stream.write_all(part).await.expect("writes");
            tokio::task::yield_now().await;
        }
        // No request may follow a chunked one, so the server closes the connection.
        let answer = read_all(&mut stream).await;
        assert_eq!(answer.matches("HTTP/1.1 201 ").count(), 2, "{answer}");
        assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{answer}");
        assert_eq!(answer.matches("connection: close").count(), 1, "{answer}");
    }
}

#[tokio::test]
async fn an_unclear_request_for_metrics_is_refused_too() {
    let app = TestApp::new().await;
    let router = flashblog::router::metrics_router(app.app.clone(), any_host());
    let server = start(router, ConnectionLimits::default()).await;
    let scrape = |host: &str| format!("GET /metrics HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
    for (request, status) in [(scrape("Host: a\r\n"), 200), (scrape(""), 400)] {
        let answer = exchange(server.address, &request).await;
        assert!(answer.contains("x-content-type-options: nosniff"));
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
}
