//! A connection whose request heads are checked before hyper reads them.
//!
//! When hyper can't parse a head, it sends an answer of its own, without the headers that every response
//! has. So this stream passes a good head on unchanged and replaces a bad one by a stand-in: a request
//! that hyper can parse and that the routes refuse.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::http::request_head::{
    Head, HeadError, MAX_HEAD_BYTES, empty_lines, has_empty_line, read_head, stand_in,
};

/// How many bytes one read from the socket takes while a head is awaited.
const READ_BYTES: usize = 4096;
/// When the server closes first, it goes on reading for this long. Without that, a reset could destroy
/// the answer before a client that still sends has read it (RFC 9112, section 9.6).
const LINGERING_CLOSE: Duration = Duration::from_secs(1);

/// Closes a connection that accepts no bytes for this long (slow-read attack).
pub const STALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Set once the connection's next request is a stand-in.
pub type Verdict = Arc<OnceLock<HeadError>>;

/// A connection whose request heads are checked before they are read.
pub struct CheckedStream<S> {
    stream: S,
    /// Received and not yet read by hyper.
    held: Vec<u8>,
    /// How much of `held` was searched for the end of a head.
    searched: usize,
    /// How many bytes hyper may still read: of `held` first, then of the socket.
    passing: u64,
    verdict: Verdict,
    /// How long a head may take to arrive, and since when the next one is awaited.
    head_timeout: Option<Duration>,
    awaiting_since: Option<Instant>,
    /// Runs out at the end of that time or earlier, since it isn't set again for each head.
    awaiting: Option<Pin<Box<Sleep>>>,
    lingering: Option<Pin<Box<Sleep>>>,
    /// Runs while the peer accepts nothing.
    stalling: Option<Pin<Box<Sleep>>>,
}

/// The first thing that arrived after the end of a request.
enum Arrived {
    WholeHead,
    /// It is in `held`.
    SomethingElse,
    End,
}

impl<S> CheckedStream<S> {
    /// Checks the requests that `stream` receives.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            held: Vec::new(),
            searched: 0,
            passing: 0,
            verdict: Verdict::default(),
            head_timeout: None,
            awaiting_since: None,
            awaiting: None,
            lingering: None,
            stalling: None,
        }
    }

    /// The same with a limit on the time for a head to arrive, which includes the time that a connection
    /// is idle.
    #[must_use]
    pub fn within(self, head_timeout: Duration) -> Self {
        Self {
            head_timeout: Some(head_timeout),
            ..self
        }
    }

    /// A connection of which only a stand-in is read, so that the routes answer with `error`.
    pub fn refused(stream: S, error: HeadError) -> Self {
        let mut refused = Self::new(stream);
        refused.refuse(error, stand_in(None, None));
        refused
    }

    /// Tells whether a request was refused, and why.
    pub fn verdict(&self) -> Verdict {
        Arc::clone(&self.verdict)
    }

    /// Counts what hyper has read. The length of chunks is unknown, so they aren't counted.
    fn pass(&mut self, count: usize) {
        if self.passing != u64::MAX {
            self.passing -= count as u64;
        }
    }

    /// Replaces what has arrived by a stand-in. Nothing is read after a stand-in.
    fn refuse(&mut self, error: HeadError, stand_in: Vec<u8>) {
        self.passing = stand_in.len() as u64;
        self.held = stand_in;
        let _ = self.verdict.set(error);
    }

    /// Checks the head that `held` begins with, if all of it has arrived.
    fn check_head(&mut self) {
        let empty = empty_lines(&self.held);
        self.held.drain(..empty);
        self.searched = self.searched.saturating_sub(empty);
        let from = self.searched.saturating_sub(2);
        let is_first = self.searched == 0;
        self.searched = self.held.len();
        // A head that arrives byte by byte is not parsed again for each byte.
        let is_due = is_first
            || self.held.len() > MAX_HEAD_BYTES
            || has_empty_line(self.held.get(from..).unwrap_or_default());
        if !is_due {
            return;
        }
        match read_head(&self.held) {
            Head::Incomplete => return,
            Head::Good(length) => self.passing = length,
            Head::Refused { error, stand_in } => self.refuse(error, stand_in),
        }
        self.searched = 0;
    }
}

impl<S: AsyncRead + Unpin> CheckedStream<S> {
    /// Ready when the awaited head has taken too long. To save work the timer isn't set again for each
    /// head. It may run out early, and is then set to the time that is left.
    fn poll_late(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(limit) = self.head_timeout else {
            return Poll::Pending;
        };
        let since = *self.awaiting_since.get_or_insert_with(Instant::now);
        let end = since + limit;
        let timer = self
            .awaiting
            .get_or_insert_with(|| Box::pin(sleep_until(end)));
        while timer.deadline() < end {
            ready!(timer.as_mut().poll(context));
            timer.as_mut().reset(end);
        }
        timer.as_mut().poll(context)
    }

    /// Receives until a request may pass; `false` at the end of the stream.
    fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            if self.held.len() > self.searched {
                self.check_head();
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

    /// Receives a head into `buffer`, or into `held` when it can't be passed on as it arrived.
    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Arrived>> {
        if self.held.is_empty() {
            match ready!(self.poll_whole_head(context, buffer))? {
                Arrived::SomethingElse => {}
                arrived => return Poll::Ready(Ok(arrived)),
            }
        }
        let has_head = ready!(self.poll_head(context))?;
        Poll::Ready(Ok(if has_head {
            Arrived::SomethingElse
        } else {
            Arrived::End
        }))
    }

    /// Receives into hyper's own buffer. A head that arrives whole, with nothing of the next request
    /// behind it, needs no copy. Everything else goes into `held`.
    fn poll_whole_head(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Arrived>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let received = buffer.filled().get(before..).unwrap_or_default();
        if received.is_empty() {
            return Poll::Ready(Ok(Arrived::End));
        }
        if empty_lines(received) == 0
            && let Head::Good(length) = read_head(received)
            && length >= received.len() as u64
        {
            self.passing = length;
            self.pass(received.len());
            return Poll::Ready(Ok(Arrived::WholeHead));
        }
        self.held.extend_from_slice(received);
        buffer.set_filled(before);
        Poll::Ready(Ok(Arrived::SomethingElse))
    }

    /// Discards what still arrives, until the stream ends or [`LINGERING_CLOSE`] is over.
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
    /// The outcome of an attempt to write; an error once none has succeeded for [`STALL_TIMEOUT`].
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
                // Not the end of the stream: to hyper that would mean that the client has gone.
                return Poll::Pending;
            }
            match this.poll_next(context, buffer) {
                // A head that is late ends the stream.
                Poll::Pending => return this.poll_late(context).map(Ok),
                Poll::Ready(arrived) => {
                    this.awaiting_since = None;
                    if !matches!(arrived?, Arrived::SomethingElse) {
                        return Poll::Ready(Ok(()));
                    }
                }
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
                // An idle connection holds no buffer.
                this.held = Vec::new();
            }
            count
        };
        this.pass(count);
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
