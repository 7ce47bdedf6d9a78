//! Where a request ends, decided before hyper sees it.
//!
//! hyper reads leniently what a proxy in front may read otherwise: of a length and chunks it takes
//! the chunks, where RFC 9112, section 6.1, would rather see the request refused. What it can't
//! read at all it answers by itself, without the headers that every response has. So each head is
//! looked at on its way from the socket: a good one passes as it is; for another one, hyper gets a
//! stand-in, which the routes refuse as they refuse any other request.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::{StatusCode, Uri};
use httparse::{Request, Status};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use crate::error::ApiError;

/// The largest request head, in bytes.
pub const MAX_HEAD_BYTES: usize = 32 * 1024;
/// The most header fields in a request.
pub const MAX_HEADERS: usize = 100;
/// Read from the socket at once while a head is awaited.
const READ_BYTES: usize = 4096;
/// Whoever still sends when the connection ends would lose the answer with it: for this long it is
/// read and thrown away (RFC 9112, section 9.6).
const LINGERING_CLOSE: Duration = Duration::from_secs(1);

/// How long the peer may take nothing of an answer: whoever asks and does not read would hold the
/// connection, and what is written to it, for ever.
pub const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Why a connection's next request is refused, and the connection closed with the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadError {
    /// It is not written as HTTP/1.1 asks.
    Malformed,
    /// It says in two ways where it ends.
    Ambiguous,
    /// Its head has more than [`MAX_HEAD_BYTES`], or more than [`MAX_HEADERS`] fields.
    HeadTooLarge,
    /// Its connection is one more than the server takes.
    TooManyConnections,
}

impl From<HeadError> for ApiError {
    fn from(refusal: HeadError) -> Self {
        match refusal {
            HeadError::Malformed => {
                Self::BadRequest("The request is not written as HTTP/1.1 asks.".to_owned())
            }
            HeadError::Ambiguous => Self::BadRequest(
                "The request must say in just one way where its body ends.".to_owned(),
            ),
            HeadError::HeadTooLarge => Self::Status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
            HeadError::TooManyConnections => Self::Status(StatusCode::SERVICE_UNAVAILABLE),
        }
    }
}

/// Says, once it is set, that the next request which is read from the stream is a stand-in.
pub type Verdict = Arc<OnceLock<HeadError>>;

/// A connection whose requests are looked at before anybody reads them.
pub struct CheckedStream<S> {
    stream: S,
    /// What was received and not read yet.
    held: Vec<u8>,
    /// How much of it was looked at without finding a head's end.
    looked_at: usize,
    /// How many bytes, of these and of those to come, belong to requests that can be read.
    passing: u64,
    verdict: Verdict,
    lingering: Option<Pin<Box<Sleep>>>,
    /// Runs while the peer takes nothing of what is sent to it.
    stalling: Option<Pin<Box<Sleep>>>,
}

impl<S> CheckedStream<S> {
    /// Looks at what comes from `stream`.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            held: Vec::new(),
            looked_at: 0,
            passing: 0,
            verdict: Verdict::default(),
            lingering: None,
            stalling: None,
        }
    }

    /// A connection on which nothing is read but a stand-in.
    pub fn refused(stream: S, refusal: HeadError) -> Self {
        let mut refused = Self::new(stream);
        refused.refuse(refusal, stand_in(&Request::new(&mut [])));
        refused
    }

    /// Where it will be said that a request was refused.
    pub fn verdict(&self) -> Verdict {
        Arc::clone(&self.verdict)
    }

    fn refuse(&mut self, refusal: HeadError, stand_in: Vec<u8>) {
        self.passing = stand_in.len() as u64;
        self.held = stand_in;
        // Once: nothing is looked at any more.
        let _ = self.verdict.set(refusal);
    }

    /// Looks at the head that `held` begins with, as far as it came.
    fn look(&mut self) {
        let unseen = self.looked_at.saturating_sub(2);
        let is_first_look = self.looked_at == 0;
        self.looked_at = self.held.len();
        // A head that comes byte by byte is not read anew for each of them.
        let is_decided = is_first_look
            || self.held.len() > MAX_HEAD_BYTES
            || has_empty_line(self.held.get(unseen..).unwrap_or_default());
        if !is_decided {
            return;
        }
        let mut fields = [const { MaybeUninit::uninit() }; MAX_HEADERS];
        let mut head = Request::new(&mut []);
        let outcome = match head.parse_with_uninit_headers(&self.held, &mut fields) {
            Ok(Status::Partial) if self.held.len() <= MAX_HEAD_BYTES => return,
            Ok(Status::Complete(length)) if length <= MAX_HEAD_BYTES => {
                body_bytes(&head).map(|body| body.saturating_add(length as u64))
            }
            Ok(_) | Err(httparse::Error::TooManyHeaders) => Err(HeadError::HeadTooLarge),
            Err(_) => Err(HeadError::Malformed),
        };
        match outcome {
            Ok(bytes) => self.passing = bytes,
            Err(refusal) => {
                let stand_in = stand_in(&head);
                self.refuse(refusal, stand_in);
            }
        }
        self.looked_at = 0;
    }
}

fn has_empty_line(bytes: &[u8]) -> bool {
    let is_end = |window: &[u8]| window.starts_with(b"\n\n") || window == b"\n\r\n";
    bytes.windows(3).any(is_end) || bytes.ends_with(b"\n\n")
}

/// How many bytes follow a head (RFC 9112, section 6.3). After chunks nothing else is read: their
/// answer closes the connection.
fn body_bytes(head: &Request<'_, '_>) -> Result<u64, HeadError> {
    let (mut lengths, mut codings) = (Vec::new(), Vec::new());
    for field in head.headers.iter() {
        if field.name.eq_ignore_ascii_case("content-length") {
            lengths.push(field.value);
        } else if field.name.eq_ignore_ascii_case("transfer-encoding") {
            codings.push(field.value);
        }
    }
    if head.path.is_none_or(|path| path.parse::<Uri>().is_err()) {
        return Err(HeadError::Malformed);
    }
    match (&lengths[..], &codings[..]) {
        ([], []) => Ok(0),
        ([length], []) => parse_length(length).ok_or(HeadError::Malformed),
        ([], [coding]) if head.version == Some(1) && coding.eq_ignore_ascii_case(b"chunked") => {
            Ok(u64::MAX)
        }
        ([], [_]) => Err(HeadError::Malformed),
        _ => Err(HeadError::Ambiguous),
    }
}

/// Digits only: no sign, and no list of lengths.
fn parse_length(value: &[u8]) -> Option<u64> {
    if !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// A request for the same thing, as far as it can be told what that was.
fn stand_in(head: &Request<'_, '_>) -> Vec<u8> {
    let method = head.method.unwrap_or("GET");
    let path = head
        .path
        .filter(|path| path.starts_with('/') && path.parse::<Uri>().is_ok())
        .unwrap_or("/");
    format!("{method} {path} HTTP/1.1\r\nhost: refused\r\n\r\n").into_bytes()
}

impl<S: AsyncRead + Unpin> CheckedStream<S> {
    /// Receives until a request may pass. `false` when nothing more comes.
    fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            if self.held.len() > self.looked_at {
                self.look();
            }
            if self.passing > 0 {
                return Poll::Ready(Ok(true));
            }
            let mut space = [const { MaybeUninit::uninit() }; READ_BYTES];
            let mut received = ReadBuf::uninit(&mut space);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut received))?;
            if received.filled().is_empty() {
                return Poll::Ready(Ok(false));
            }
            self.held.extend_from_slice(received.filled());
        }
    }

    /// Throws away what still comes, until that ends or takes too long.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let end = self
            .lingering
            .get_or_insert_with(|| Box::pin(sleep(LINGERING_CLOSE)));
        let mut space = [const { MaybeUninit::uninit() }; READ_BYTES];
        loop {
            if end.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let mut received = ReadBuf::uninit(&mut space);
            let reading = Pin::new(&mut self.stream).poll_read(context, &mut received);
            if ready!(reading).is_err() || received.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }
}

impl<S> CheckedStream<S> {
    /// What came of an attempt to write, and an error once none has succeeded for too long.
    fn unless_stalled<T>(
        &mut self,
        context: &mut Context<'_>,
        attempt: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if attempt.is_ready() {
            self.stalling = None;
            return attempt;
        }
        let end = self
            .stalling
            .get_or_insert_with(|| Box::pin(sleep(STALL_TIMEOUT)));
        ready!(end.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for CheckedStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.passing == 0 {
            if this.verdict.get().is_some() {
                // Not an end, which hyper would take for a client that has gone.
                return Poll::Pending;
            }
            if !ready!(this.poll_head(context))? {
                return Poll::Ready(Ok(()));
            }
        }
        let passing = usize::try_from(this.passing).unwrap_or(usize::MAX);
        let most = passing.min(buffer.remaining());
        let count = if this.held.is_empty() {
            let mut received = ReadBuf::new(buffer.initialize_unfilled_to(most));
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut received))?;
            let count = received.filled().len();
            buffer.advance(count);
            count
        } else {
            let count = most.min(this.held.len());
            buffer.put_slice(&this.held[..count]);
            this.held.drain(..count);
            if this.held.is_empty() {
                // A connection that waits for its next request holds nothing.
                this.held = Vec::new();
            }
            count
        };
        if this.passing != u64::MAX {
            this.passing -= count as u64;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for CheckedStream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_stalled(context, attempt)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let attempt = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.unless_stalled(context, attempt)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let attempt = Pin::new(&mut self.stream).poll_flush(context);
        self.unless_stalled(context, attempt)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        let is_cut_short = this.passing > 0 || this.verdict.get().is_some();
        if is_cut_short {
            ready!(this.poll_linger(context));
        }
        Poll::Ready(Ok(()))
    }
}
