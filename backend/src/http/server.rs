//! Connections: HTTP/1.1 with limits that `axum::serve` lacks, and a graceful shutdown.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{Request, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulConnection, GracefulShutdown};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::clients::peer::{Peer, SharedStream};
use crate::clients::shares::{Held, Shares};
use crate::http::checked_stream::CheckedStream;
use crate::http::client_ip::TrustedProxies;
use crate::http::limits::closing;
use crate::http::request_head::{HeadError, MAX_HEAD_BYTES};
use crate::http::watched_body::WatchedBody;

/// How many connections beyond the limit are answered with 503 at a time. Further ones are closed without
/// an answer.
const MAX_TURNED_AWAY: usize = 1024;
/// How long the 503 may take.
const TURN_AWAY_TIMEOUT: Duration = Duration::from_secs(2);
/// The pause after the system refused to accept a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Limits on connections.
#[derive(Debug, Clone)]
pub struct ConnectionLimits {
    /// How long a request's head may take to arrive, and how long a connection may be idle.
    pub header_timeout: Duration,
    /// Connections at once. Further ones get 503.
    pub connections: usize,
    /// Connections at once of one client that is not a trusted proxy. Further ones get 503.
    pub connections_of_client: usize,
    /// Proxies, which connect for many clients.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// How long requests in flight may go on after the server was told to stop.
    pub drain: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(10),
            connections: 16_384,
            connections_of_client: 16_384 / 4,
            trusted_proxies: Arc::default(),
            drain: Duration::from_secs(7),
        }
    }
}

/// Serves until `stop` resolves. Then accepts no connection, finishes the requests in flight, and
/// returns after [`ConnectionLimits::drain`] at the latest.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: ConnectionLimits,
    stop: impl Future<Output = ()>,
) {
    let connections = GracefulShutdown::new();
    let places = Places::new(&limits);
    let turned_away = Arc::new(Semaphore::new(MAX_TURNED_AWAY));
    let http = http();
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, address)) => {
                // Answers are written whole: Nagle's algorithm would only delay them.
                let _ = stream.set_nodelay(true);
                let stream = SharedStream::new(stream);
                let peer = Peer::new(address, stream.clone());
                if let Some(place) = places.take(address) {
                    let stream = CheckedStream::new(stream).within(limits.header_timeout);
                    let connection = connection(&http, stream, router.clone(), peer);
                    tokio::spawn(run(connections.watch(connection), place));
                } else if let Ok(permit) = Arc::clone(&turned_away).try_acquire_owned() {
                    let stream = CheckedStream::refused(stream, HeadError::TooManyConnections);
                    let connection = connection(&http, stream, router.clone(), peer);
                    tokio::spawn(run(in_time(connection), permit));
                }
            }
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    if timeout(limits.drain, connections.shutdown()).await.is_err() {
        tracing::warn!("Stopped with requests unfinished");
    }
}

/// The places for connections, and each client's share of them.
struct Places {
    permits: Arc<Semaphore>,
    shares: Shares,
    trusted_proxies: Arc<TrustedProxies>,
}

impl Places {
    fn new(limits: &ConnectionLimits) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(limits.connections)),
            shares: Shares::new(limits.connections_of_client),
            trusted_proxies: Arc::clone(&limits.trusted_proxies),
        }
    }

    /// A place for a connection from `peer`, if there is one.
    fn take(&self, peer: SocketAddr) -> Option<(OwnedSemaphorePermit, Option<Held>)> {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok()?;
        let address = peer.ip().to_canonical();
        if self.trusted_proxies.trusts(address) {
            return Some((permit, None));
        }
        let held = self.shares.take(address.into())?;
        Some((permit, Some(held)))
    }
}

fn http() -> http1::Builder {
    let mut http = http1::Builder::new();
    // The stream has a timer of its own. It costs less than hyper's, which is set for each request.
    http.header_read_timeout(None)
        .max_buf_size(2 * MAX_HEAD_BYTES)
        // A client that has closed its sending side may still read.
        .half_close(true);
    http
}

fn connection(
    http: &http1::Builder,
    stream: CheckedStream<SharedStream>,
    router: Router,
    peer: Peer,
) -> impl GracefulConnection<Error = hyper::Error> + use<> {
    let verdict = stream.verdict();
    http.serve_connection(
        TokioIo::new(stream),
        service_fn(move |request| {
            // Read now: before the answer is first polled, the next request may be refused.
            let refusal = verdict.get().copied();
            // On the heap, so that an idle connection stays small.
            Box::pin(answer(router.clone(), request, peer.clone(), refusal))
        }),
    )
}

/// Answers a request. The connection is closed after a body that was not read to its end, and after
/// chunks, since no head is checked behind them. The answer says so (RFC 9112, section 9.6).
async fn answer(
    router: Router,
    request: Request<Incoming>,
    peer: Peer,
    refusal: Option<HeadError>,
) -> Result<Response, Infallible> {
    let has_chunks = request.headers().contains_key(header::TRANSFER_ENCODING);
    let (parts, body) = request.into_parts();
    let (body, progress) = WatchedBody::watch(body);
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(peer);
    if let Some(refusal) = refusal {
        request.extensions_mut().insert(refusal);
    }
    let response = router.oneshot(request).await?;
    Ok(if has_chunks || progress.is_unread() {
        closing(response)
    } else {
        response
    })
}

/// Ends a connection that is slow to accept its 503.
async fn in_time(
    connection: impl Future<Output = Result<(), hyper::Error>>,
) -> Result<(), hyper::Error> {
    timeout(TURN_AWAY_TIMEOUT, connection)
        .await
        .unwrap_or(Ok(()))
}

/// Runs a connection, and keeps its place for as long.
async fn run<Place>(connection: impl Future<Output = Result<(), hyper::Error>>, _place: Place) {
    if let Err(error) = connection.await {
        tracing::debug!(%error, "Connection ended");
    }
}

/// Pauses unless the peer caused the error. Other errors, such as too few file descriptors, pass with
/// time.
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
