//! A request's body that reports whether it was read to its end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

/// A body that reports its [`Progress`].
pub(super) struct WatchedBody {
    body: Incoming,
    is_unread: Arc<AtomicBool>,
}

/// Whether a body was read to its end.
pub(super) struct Progress(Option<Arc<AtomicBool>>);

impl Progress {
    /// Whether something of the body is left on the connection.
    pub(super) fn is_unread(&self) -> bool {
        let unread = self.0.as_ref();
        unread.is_some_and(|is_unread| is_unread.load(Ordering::Relaxed))
    }
}

impl WatchedBody {
    /// An empty body stays as it is: there is nothing to watch.
    pub(super) fn watch(body: Incoming) -> (Body, Progress) {
        if body.is_end_stream() {
            return (Body::empty(), Progress(None));
        }
        let is_unread = Arc::new(AtomicBool::new(true));
        let progress = Progress(Some(Arc::clone(&is_unread)));
        (Body::new(Self { body, is_unread }), progress)
    }
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        if frame.is_none() || this.body.is_end_stream() {
            this.is_unread.store(false, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
