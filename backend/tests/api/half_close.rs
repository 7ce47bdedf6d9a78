//! Clients that close their sending side and still read (RFC 9112, section 9.6), on real sockets.

use std::net::SocketAddr;

use axum::routing::{get, post};
use axum::{Extension, Router};
use flashblog::api::envelope::Reply;
use flashblog::app::App;
use flashblog::clients::peer::Peer;
use flashblog::error::ApiError;
use flashblog::http::server::ConnectionLimits;
use flashblog::session::Session;
use shared::flash::Category;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::harness::TestApp;
use crate::server::{read_all, start};

const LARGE_BYTES: usize = 16 << 20;

/// Sends a request, closes the sending side and returns everything that the server sends.
async fn send_and_close(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    stream.write_all(request.as_bytes()).await.expect("writes");
    stream.shutdown().await.expect("closes its side");
    read_all(&mut stream).await
}

fn post_contact(sent: &str) -> String {
    let body = "{\"name\":\"A Reader\",\"email\":\"reader@example.org\",\"subject\":\"Hello there\",\"message\":\"A message that is long enough.\"}";
    format!(
        "POST /api/v1/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        body.len(),
        body.get(..body.len().min(sent.len())).unwrap_or(body)
    )
}

fn whole() -> String {
    post_contact(&"x".repeat(1_000))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_has_sent_a_whole_request_gets_its_answer() {
    let app = TestApp::new().await;
    let server = start(app.router(), ConnectionLimits::default()).await;
    for fields in ["", "Connection: close\r\n"] {
        for path in ["/healthz", "/api/v1/blogs", "/feed.xml", "/about"] {
            for _ in 0..10 {
                let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
                let answer = send_and_close(server.address, &request).await;
                assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
            }
        }
    }
    let two = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /about HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = send_and_close(server.address, two).await;
    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 2, "{answer}");
}

#[tokio::test]
async fn a_message_is_stored_only_when_all_of_it_was_sent() {
    let app = TestApp::new().await;
    let server = start(app.router(), ConnectionLimits::default()).await;
    let answer = send_and_close(server.address, &post_contact("half of it")).await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
        "{answer}"
    );
    assert_eq!(app.app.contact.received(), 0);
    let answer = send_and_close(server.address, &whole()).await;
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(app.app.contact.received(), 1);
}

#[tokio::test]
async fn the_connection_ends_after_the_last_answer() {
    let app = TestApp::new().await;
    let server = start(app.router(), ConnectionLimits::default()).await;
    let half = "GET /healthz HTTP/1.1\r\nHost: a\r\n";
    for (request, answers) in [("", 0), (half, 0), (&format!("{half}\r\n{half}"), 1)] {
        let answer = send_and_close(server.address, request).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), answers, "{answer}");
    }
    // A client that closes its side only after its answer.
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    let request = format!("{half}\r\n");
    stream.write_all(request.as_bytes()).await.expect("writes");
    stream.readable().await.expect("an answer");
    stream.shutdown().await.expect("closes its side");
    let answer = read_all(&mut stream).await;
    assert_eq!(answer.matches("HTTP/1.1 200 ").count(), 1, "{answer}");
}

fn routes() -> Router<App> {
    let large = async || Reply::ok(&"x".repeat(LARGE_BYTES)) as Result<Reply, ApiError>;
    let leave = async |session: Session| {
        session.flash(Category::Info, "kept");
        axum::response::Redirect::to("/")
    };
    let read = async |_: Session, Extension(peer): Extension<Peer>| {
        while !peer.sends_no_more() {
            tokio::task::yield_now().await;
        }
        Reply::ok(&"read") as Result<Reply, ApiError>
    };
    Router::new()
        .route("/large", get(large))
        .route("/leave", post(leave))
        .route("/read", get(read))
        .route("/quiet", get(async || Reply::ok(&"quiet")))
}

#[tokio::test]
async fn an_answer_that_fills_every_buffer_arrives_whole() {
    let app = TestApp::new().await.with_routes(routes());
    let server = start(app.router(), ConnectionLimits::default()).await;
    let mut stream = TcpStream::connect(server.address).await.expect("connects");
    let request = b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request).await.expect("writes");
    stream.shutdown().await.expect("closes its side");
    stream.readable().await.expect("its beginning");
    let answer = read_all(&mut stream).await;
    assert!(answer.len() > LARGE_BYTES, "{} bytes", answer.len());
}

#[tokio::test]
async fn a_waiting_flash_stays_for_a_client_that_is_sure_to_read() {
    let app = TestApp::new().await.with_routes(routes());
    let server = start(app.router(), ConnectionLimits::default()).await;
    let visitor = app.browser();
    visitor.post("/leave").await;
    let cookie = visitor.cookie().expect("a session");
    let request = format!("GET /read HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\r\n");
    let answer = send_and_close(server.address, &request).await;
    assert!(
        answer.contains("{\"data\":\"read\",\"flash\":[]}"),
        "{answer}"
    );
    let mut gone = TcpStream::connect(server.address).await.expect("connects");
    gone.write_all(request.as_bytes()).await.expect("writes");
    drop(gone);
    while app.app.admission.in_flight.available_permits() != flashblog::http::limits::MAX_IN_FLIGHT
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(visitor.get("/quiet").await.flashes(), ["info: kept"]);
}
