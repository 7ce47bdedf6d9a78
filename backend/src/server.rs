//! Connections: HTTP/1.1 with limits that `axum::serve` does not have, and an orderly end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

/// The largest request head, in bytes.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// The most header fields in a request.
const MAX_HEADERS: usize = 100;
/// After the system refused a connection, it is left alone for this long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// How long a request's head may take to arrive, and an idle connection may wait for the next.
    pub header_timeout: Duration,
    /// Connections at once; those beyond it are told to come back.
    pub connections: usize,
    /// How long requests in flight may take to finish once the server was told to stop.
    pub drain: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            connections: 16_384,
            drain: Duration::from_secs(8),
        }
    }
}

/// What a connection beyond the limit reads.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 39\r\nconnection: close\r\n\r\n\
    Too many connections. Try again later.\n";

/// Serves until `stop` resolves; then takes no new connection, finishes what is in flight, and
/// returns when the drain is over at the latest.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(limits.connections));
    let http = http(limits.header_timeout);
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    // Answers are written whole: waiting for more would only delay them.
                    let _ = stream.set_nodelay(true);
                    let service = router.clone();
                    let connection = http.serve_connection(
                        TokioIo::new(stream),
                        service_fn(move |request| answer(service.clone(), request, peer)),
                    );
                    tokio::spawn(run(connections.watch(connection), place));
                }
                Err(_) => {
                    tokio::spawn(turn_away(stream));
                }
            },
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    if timeout(limits.drain, connections.shutdown()).await.is_err() {
        tracing::warn!("Stopped with requests unfinished");
    }
}

fn http(header_timeout: Duration) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .half_close(false);
    http
}

async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Result<axum::response::Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

async fn run(
    connection: impl Future<Output = Result<(), hyper::Error>>,
    _place: OwnedSemaphorePermit,
) {
    if let Err(error) = connection.await {
        tracing::debug!(%error, "Connection ended");
    }
}

async fn turn_away(mut stream: TcpStream) {
    // Best effort: whoever does not read it in time is gone anyway.
    let _ = timeout(Duration::from_secs(1), stream.write_all(BUSY)).await;
}

/// Most refusals are the peer's doing; being out of file descriptors is ours, and passes.
async fn pause_after(error: &io::Error) {
    let by_peer = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    );
    if !by_peer {
        tracing::error!(cause = %error, "Can't accept connections");
        sleep(ACCEPT_PAUSE).await;
    }
}
