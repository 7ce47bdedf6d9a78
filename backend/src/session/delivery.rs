//! Which response delivers a flash: this one, or the session's next envelope.

use axum::http::{HeaderName, Method, Request, header};
use axum::response::{IntoResponse, Response};
use shared::flash::{Category, Flash};

use super::visit::{Visit, end_of_tokens};
use crate::clients::peer::Peer;
use crate::error::{ApiError, EnvelopeBody};
use crate::telemetry::Chain;

impl Visit {
    /// Writes the session's cookie into the response, and returns the flashes that the response
    /// delivers, oldest first. A redirect or a document delivers none: they are stored for the session's
    /// next envelope. If that fails, the response changes as in [`Self::postpone_flashes`].
    ///
    /// This must be the last await of a request. Then a client that leaves earlier loses no flash.
    pub async fn finish(&self, response: Response) -> (Response, Vec<Flash>) {
        // Before the flashes are taken, since signing can fail.
        let (response, cookie) = match self.cookie() {
            Ok(cookie) => (response, cookie),
            Err(error) => (error.into_response(), None),
        };
        let has_envelope = !response.status().is_redirection()
            && !matches!(response.extensions().get(), Some(EnvelopeBody::Document));
        let (mut response, flashes) = if self.0.shows_flashes && has_envelope {
            (response, self.deliver_flashes().await)
        } else {
            self.postpone_flashes(response).await
        };
        if let Some(cookie) = cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        (response, flashes)
    }

    /// Whether the client may have gone. Then waiting flashes stay for a response that is read.
    fn may_have_gone(&self) -> bool {
        self.0.peer.as_ref().is_some_and(Peer::sends_no_more)
    }

    /// Takes the flashes that this response delivers, oldest first: those that waited for the
    /// session, then the handler's.
    async fn deliver_flashes(&self) -> Vec<Flash> {
        let mut flashes = Vec::new();
        if let Some(session) = self.session_id()
            && self.has_waiting_flashes()
            && !self.may_have_gone()
        {
            let taken = self.0.sessions.memory.take_flashes(session).await;
            if !self.may_have_gone() {
                flashes = taken.deliver();
            }
        }
        flashes.append(&mut self.take_own_flashes());
        flashes
    }

    /// Takes the flashes of this request's handler.
    #[must_use]
    pub fn take_own_flashes(&self) -> Vec<Flash> {
        std::mem::take(&mut self.0.state.lock().flashes)
    }

    /// Stores the handler's flashes for the session's next envelope.
    ///
    /// When the store fails, or the client has postponed too many, a redirect would lose them. If a
    /// warning or an error is among them, it becomes a 503 or a 429, and the flashes are returned for it.
    /// Every other response stays as it is.
    pub async fn postpone_flashes(&self, response: Response) -> (Response, Vec<Flash>) {
        let Err(error) = self.store_flashes().await else {
            return (response, Vec::new());
        };
        if response.status().is_redirection() && self.has_warning_or_error() {
            return (error.into_response(), self.take_own_flashes());
        }
        match error {
            ApiError::TooManyRequests { .. } => {
                tracing::debug!("One client has postponed too many flashes: this one is dropped");
            }
            ApiError::Store(error) => {
                error.log("A flash can't wait for the session's next envelope");
            }
            error => {
                tracing::error!(cause = %Chain(&error), "A flash can't wait for the session's next envelope");
            }
        }
        (response, Vec::new())
    }

    async fn store_flashes(&self) -> Result<(), ApiError> {
        let (claims, flashes) = {
            let state = self.0.state.lock();
            (state.claims, state.flashes.clone())
        };
        if let Some(claims) = claims.filter(|_| !flashes.is_empty()) {
            self.count_postponed()?;
            let until = end_of_tokens(&claims);
            let memory = &self.0.sessions.memory;
            memory
                .leave_flashes(claims.session_id, self.0.client, flashes, until)
                .await?;
        }
        self.0.state.lock().flashes.clear();
        Ok(())
    }

    /// Limits how often a client postpones warnings and errors, since each is a durable write. Requests
    /// that succeed are limited elsewhere.
    fn count_postponed(&self) -> Result<(), ApiError> {
        match self.0.client {
            Some(client) if self.has_warning_or_error() => {
                let rate = &self.0.sessions.postponed_rate;
                rate.spend(client).map_err(ApiError::too_many)
            }
            _ => Ok(()),
        }
    }

    fn has_warning_or_error(&self) -> bool {
        let state = self.0.state.lock();
        let mut categories = state.flashes.iter().map(|flash| flash.category);
        categories.any(|category| matches!(category, Category::Warning | Category::Error))
    }
}

const PURPOSES: [HeaderName; 2] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
];

/// Whether a person sees the response: not after HEAD, OPTIONS or a prefetch. A browser marks its own
/// prefetches by `Sec-Purpose`. A script must not set that header (Fetch Standard, section 2.2.2) and sets
/// the older `Purpose`.
pub(super) fn shows_flashes<B>(request: &Request<B>) -> bool {
    let is_prefetch = PURPOSES.iter().any(|name| {
        let mut values = request.headers().get_all(name).iter();
        values.any(|value| {
            value
                .to_str()
                .is_ok_and(|purpose| purpose.contains("prefetch"))
        })
    });
    !matches!(*request.method(), Method::HEAD | Method::OPTIONS) && !is_prefetch
}
