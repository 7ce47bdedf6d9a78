//! The HTTP client for upstreams: one bounded, careful GET.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::{Attempt, Policy};
use serde_json::Value;
use url::Url;

use super::redacted;
use crate::sources::SourceError;
use crate::telemetry::{X_REQUEST_ID, current_request_id};

const USER_AGENT: &str = concat!("FlashBlog/", env!("CARGO_PKG_VERSION"));
const MAX_REDIRECTS: usize = 2;
/// Shorter than the whole timeout: a reachable server accepts connections at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Keeps no cookies, ignores proxy variables, and follows redirects only within one origin.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
}

/// How many bytes all answers of a reading may have.
#[derive(Debug)]
pub(super) struct Budget {
    total: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(super) fn new(total: usize) -> Self {
        Self {
            total,
            used: AtomicUsize::new(0),
        }
    }

    /// # Errors
    /// When there are more bytes than may come in.
    fn spend(&self, bytes: usize) -> Result<(), SourceError> {
        let used = self
            .used
            .fetch_add(bytes, Ordering::Relaxed)
            .saturating_add(bytes);
        if used > self.total {
            let mebibytes = self.total / (1024 * 1024);
            return Err(SourceError::Unusable(format!(
                "the answer is larger than {mebibytes} MiB"
            )));
        }
        Ok(())
    }
}

impl Client {
    /// A client for requests to the host of `url`.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub(super) fn new(url: &Url, timeout: Duration) -> Result<Self, SourceError> {
        let origin = url.origin();
        let redirects = Policy::custom(move |attempt: Attempt| {
            if attempt.previous().len() > MAX_REDIRECTS {
                attempt.error(format!("it redirects more than {MAX_REDIRECTS} times"))
            } else if attempt.url().origin() == origin {
                attempt.follow()
            } else {
                let target = attempt.url().origin().ascii_serialization();
                attempt.error(format!(
                    "it redirects to {target}; give that address as the source"
                ))
            }
        });
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_TIMEOUT.min(timeout))
            .redirect(redirects)
            .referer(false)
            .no_proxy();
        if url.scheme() == "http" {
            // Redirects keep the scheme, so no certificate is ever checked. Without this, reqwest
            // refuses to start on a machine that has no root certificates.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| {
            SourceError::Unusable(format!("no HTTP client can be set up: {}", cause(&error)))
        })?;
        Ok(Self { http })
    }

    /// Requests a JSON document. The caller bounds the time.
    ///
    /// # Errors
    /// When the upstream can't be reached, breaks off, answers with a status outside 200 to 299, with
    /// another format than JSON, or with more bytes than `budget` allows.
    pub(super) async fn get(&self, url: &Url, budget: &Budget) -> Result<Value, SourceError> {
        let failed = |error: reqwest::Error| {
            SourceError::Unreachable(format!("{}: {}", redacted(url), cause(&error)))
        };
        let mut request = self
            .http
            .get(url.clone())
            .header(ACCEPT, "application/json");
        if let Some(id) = current_request_id() {
            request = request.header(X_REQUEST_ID, id.0);
        }
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        if !status.is_success() {
            return Err(SourceError::Unreachable(format!(
                "{} answered with status {status}",
                redacted(url)
            )));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            budget.spend(chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        let json = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&body);
        serde_json::from_slice(json).map_err(|error| {
            let kind = response
                .headers()
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok());
            SourceError::Unusable(format!(
                "{} answered with {}, which is no JSON: line {}, column {}",
                redacted(url),
                kind.unwrap_or("something"),
                error.line(),
                error.column()
            ))
        })
    }
}

/// An error's causes in one line, without the address: it can hold secrets.
fn cause(error: &reqwest::Error) -> String {
    // Only reqwest's own message names the address, and it adds nothing to its causes.
    let mut words = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        let text = error.to_string();
        if words.last() != Some(&text) {
            words.push(text);
        }
        next = error.source();
    }
    if words.is_empty() {
        "the request failed".into()
    } else {
        words.join(": ")
    }
}
