//! The client at the other end of a connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncWrite, Interest, ReadBuf};
use tokio::net::TcpStream;

/// The client that a request comes from. An extension of the request.
#[derive(Debug, Clone)]
pub struct Peer {
    address: SocketAddr,
    stream: Option<SharedStream>,
}

impl Peer {
    /// A client of which only the address is known.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
        }
    }

    /// The client at the other end of `stream`.
    #[must_use]
    pub fn new(address: SocketAddr, stream: SharedStream) -> Self {
        Self {
            address,
            stream: Some(stream),
        }
    }

    /// Its address and port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether the client has closed its sending side. It may still wait for the answer, or it may
    /// have closed the connection: the server can't tell which. Always `false` without a stream.
    #[must_use]
    pub fn sends_no_more(&self) -> bool {
        let Some(SharedStream(stream)) = &self.stream else {
            return false;
        };
        let stream = stream.lock();
        let ready = stream.ready(Interest::READABLE).now_or_never();
        ready.is_some_and(|ready| ready.map_or(true, |ready| ready.is_read_closed()))
    }
}

/// A connection whose state its requests can query while the server reads and writes.
#[derive(Debug, Clone)]
pub struct SharedStream(Arc<Mutex<TcpStream>>);

impl SharedStream {
    /// Shares a connection.
    #[must_use]
    pub fn new(stream: TcpStream) -> Self {
        Self(Arc::new(Mutex::new(stream)))
    }
}

impl AsyncRead for SharedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0.lock()).poll_read(context, buffer)
    }
}

impl AsyncWrite for SharedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0.lock()).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0.lock()).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.lock().is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0.lock()).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0.lock()).poll_shutdown(context)
    }
}
