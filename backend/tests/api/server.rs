//! Connections, on real sockets.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::Method;
use axum::routing::get;
use flashblog::api::envelope::Reply;
use flashblog::app::App;
use flashblog::error::ApiError;
use flashblog::http::limits::{MAX_ARRIVING_BODIES, MAX_IN_FLIGHT};
use flashblog::http::server::{ConnectionLimits, serve};
use futures_util::stream::pending;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::harness::TestApp;

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

pub(crate) async fn start(router: Router, limits: ConnectionLimits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let address = listener.local_addr().expect("bound");
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(serve(listener, router, limits, async {
        // An error means that the test has ended, which also stops the server.
        let _ = stopped.await;
    }));
    Server {
        address,
        stop,
        serving,
    }
}

/// Sends a request, and returns everything that the server sends until it closes the connection.
pub(crate) async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    stream.write_all(request.as_bytes()).await.expect("writes");
    read_all(&mut stream).await
}

pub(crate) async fn read_all(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset after the answer counts as a close too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("text")
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let app = TestApp::new().await;
    let limits = ConnectionLimits {
        header_timeout: Duration::from_millis(100),
        ..ConnectionLimits::default()
    };
    let server = start(app.router(), limits).await;
    let good = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    let half = "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ";
    for (request, answers) in [
        ("", 0),
        (half, 0),
        (good, 1),
        (&(good.to_owned() + half), 1),
    ] {
        let answer = exchange(server.address, request).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), answers, "{answer}");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_413_however_it_is_framed() {
    let app = TestApp::new().await;
    let server = start(app.router(), ConnectionLimits::default()).await;
    let announced = "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\nConnection: close\r\n\r\n";
    let chunk = "x".repeat(65_537);
    let chunked = format!(
        "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n{chunk}\r\n0\r\n\r\n"
    );
    for request in [announced, &chunked] {
        let answer = exchange(server.address, request).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
        assert!(answer.contains("payload_too_large"), "{answer}");
    }
    let broken =
        "POST /api/v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    let answer = exchange(server.address, broken).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
}

#[tokio::test]
async fn connections_beyond_the_limit_are_told_to_come_back() {
    let app = TestApp::new().await;
    let limits = ConnectionLimits {
        connections: 1,
        ..ConnectionLimits::default()
    };
    let server = start(app.router(), limits).await;
    let mut first = TcpStream::connect(server.address).await.expect("connects");
    first
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .expect("writes");
    let mut some = [0; 12];
    first.read_exact(&mut some).await.expect("an answer");
    let mut second = TcpStream::connect(server.address).await.expect("connects");
    let answer = read_all(&mut second).await;
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("retry-after: 5"),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{answer}"
    );
}

/// A connection from 127.0.0.`last`, and the start of the server's answer.
#[cfg(target_os = "linux")]
async fn from_address(last: u8, server: &Server) -> (TcpStream, String) {
    let socket = TcpSocket::new_v4().expect("a socket");
    let address = SocketAddr::from(([127, 0, 0, last], 0));
    socket.bind(address).expect("binds");
    let mut stream = socket.connect(server.address).await.expect("connects");
    let request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    // The server may refuse and close the connection before this request is sent.
    let _ = stream.write_all(request).await;
    let mut start = [0; 12];
    stream.read_exact(&mut start).await.expect("an answer");
    (stream, String::from_utf8_lossy(&start).into_owned())
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn one_client_takes_only_its_share_of_the_connections() {
    let app = TestApp::new().await;
    let limits = ConnectionLimits {
        connections: 8,
        connections_of_client: 2,
        trusted_proxies: Arc::new("127.0.0.9".parse().expect("an address")),
        ..ConnectionLimits::default()
    };
    let server = start(app.router(), limits).await;
    let (first, answer) = from_address(1, &server).await;
    assert_eq!(answer, "HTTP/1.1 200");
    let (_second, answer) = from_address(1, &server).await;
    assert_eq!(answer, "HTTP/1.1 200");
    let (_third, answer) = from_address(1, &server).await;
    assert_eq!(answer, "HTTP/1.1 503");
    let (_other, answer) = from_address(2, &server).await;
    assert_eq!(answer, "HTTP/1.1 200");
    let mut proxied = Vec::new();
    for _ in 0..4 {
        let (stream, answer) = from_address(9, &server).await;
        assert_eq!(answer, "HTTP/1.1 200");
        proxied.push(stream);
    }
    drop(first);
    // The server notices the closed connection after a moment.
    loop {
        let (_stream, answer) = from_address(1, &server).await;
        if answer == "HTTP/1.1 200" {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_answer_before_the_body_was_read_says_that_the_connection_ends() {
    let app = TestApp::new().await;
    let server = start(app.router(), ConnectionLimits::default()).await;
    let foreign = "Sec-Fetch-Site: cross-site\r\n";
    let json = "Content-Type: application/json\r\n";
    for (line, fields, length, status) in [
        (
            "POST /api/v1/session",
            "Authorization: Bearer x\r\n",
            9,
            401,
        ),
        ("POST /api/v1/session", foreign, 9, 403),
        ("POST /contact", foreign, 9, 403),
        ("POST /about", "", 9, 405),
        ("GET /about", "", 9, 200),
        ("POST /api/v1/contact", json, 65_537, 413),
        ("POST /api/v1/session", "Host: b\r\n", 9, 400),
    ] {
        let request =
            format!("{line} HTTP/1.1\r\nHost: a\r\n{fields}Content-Length: {length}\r\n\r\n");
        let answer = exchange(server.address, &request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{line}: {answer}"
        );
        assert!(answer.contains("connection: close\r\n"), "{line}: {answer}");
    }
}

#[tokio::test]
async fn after_a_body_that_was_read_the_connection_goes_on() {
    let app = TestApp::new().await;
    let server = start(app.router(), ConnectionLimits::default()).await;
    let last = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for line in [
        "POST /api/v1/session",
        "GET /healthz",
        "PUT /api/v1/session",
    ] {
        let request = format!("{line} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody{last}");
        let answer = exchange(server.address, &request).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 2, "{answer}");
    }
}

#[tokio::test]
async fn slow_senders_do_not_delay_readers() {
    let app = TestApp::new().await;
    let bodies = &app.app.admission.arriving_bodies;
    let all = u32::try_from(MAX_ARRIVING_BODIES).expect("fits");
    let taken = bodies.acquire_many(all).await;
    let refused = app.browser().post_json("/api/v1/contact", &[], "{}").await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(app.get("/api/v1/blogs").await.status, 200);
    assert_eq!(app.browser().post("/api/v1/session").await.status, 201);
    drop(taken);
    let read = app.browser().post_json("/api/v1/contact", &[], "{}").await;
    assert_eq!(read.status, 422);
}

#[tokio::test]
async fn requests_beyond_the_limit_are_told_to_come_back_in_an_envelope() {
    let app = TestApp::new().await;
    let all = app.app.admission.in_flight.available_permits();
    let taken = app
        .app
        .admission
        .in_flight
        .acquire_many(u32::try_from(all).expect("fits"))
        .await;
    let answer = app.get("/api/v1/blogs").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.problem().code, "service_unavailable");
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(app.get("/").await.status, 503);
    drop(taken);
    assert_eq!(app.get("/api/v1/blogs").await.status, 200);
}

#[tokio::test]
async fn told_to_stop_it_finishes_requests_in_flight_and_closes_idle_connections() {
    let gate = Arc::new(Notify::new());
    let waiting = Arc::clone(&gate);
    let app = TestApp::new().await.with_routes(Router::<App>::new().route(
        "/slow",
        get(move || async move {
            waiting.notified().await;
            Reply::ok(&"done") as Result<Reply, ApiError>
        }),
    ));
    let limits = ConnectionLimits {
        drain: Duration::from_secs(5),
        ..ConnectionLimits::default()
    };
    let server = start(app.router(), limits).await;
    let mut idle = TcpStream::connect(server.address).await.expect("connects");
    let mut slow = TcpStream::connect(server.address).await.expect("connects");
    slow.write_all(b"GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        .await
        .expect("writes");
    while app.app.admission.in_flight.available_permits() == MAX_IN_FLIGHT {
        tokio::task::yield_now().await;
    }
    server.stop.send(()).expect("serving");
    assert_eq!(
        read_all(&mut idle).await,
        "",
        "an idle connection is closed"
    );
    assert!(
        TcpStream::connect(server.address).await.is_err(),
        "no new connections"
    );
    gate.notify_one();
    let answer = read_all(&mut slow).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("done"),
        "{answer}"
    );
    server.serving.await.expect("ends");
}

#[tokio::test]
async fn a_half_sent_request_does_not_hold_up_the_end() {
    let app = TestApp::new().await;
    let limits = ConnectionLimits {
        drain: Duration::from_millis(200),
        ..ConnectionLimits::default()
    };
    let server = start(app.router(), limits).await;
    let mut half = TcpStream::connect(server.address).await.expect("connects");
    half.write_all(b"POST /api/v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf")
        .await
        .expect("writes");
    while app.app.admission.arriving_bodies.available_permits() == MAX_ARRIVING_BODIES {
        tokio::task::yield_now().await;
    }
    server.stop.send(()).expect("serving");
    server.serving.await.expect("ends");
}

#[tokio::test]
async fn readiness_ends_when_draining_begins() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/readyz").await.status, 200);
    app.app
        .draining
        .store(true, std::sync::atomic::Ordering::Relaxed);
    let answer = app.get("/readyz").await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem().code.as_str()),
        (503, "service_unavailable")
    );
    assert_eq!(app.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for_longer_than_30_seconds() {
    let app = TestApp::new().await;
    let never = Body::from_stream(pending::<Result<Bytes, Infallible>>());
    let json = [("content-type", "application/json")];
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let answer = app
        .browser()
        .send_body(Method::POST, "/api/v1/contact", &json, never)
        .await;
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert_eq!(answer.status, 408);
    assert_eq!(answer.problem().code, "request_timeout");
}

#[tokio::test]
async fn a_handler_that_hangs_is_given_up_after_30_seconds() {
    let app = TestApp::new().await.with_routes(Router::<App>::new().route(
        "/api/hangs",
        get(|| async {
            std::future::pending::<()>().await;
            Reply::ok(&"never")
        }),
    ));
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let answer = app.get("/api/hangs").await;
    assert_eq!(begun.elapsed().as_secs(), 30);
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["error"]["code"], "service_unavailable");
    assert!(answer.header("retry-after").is_some());
}
