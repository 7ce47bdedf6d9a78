//! The HTTP client for upstreams: GET requests with bounds on time and size, conditional when possible.

mod budget;

use std::error::Error;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{
    ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LINK, RETRY_AFTER,
};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Response, StatusCode};
use url::Url;

pub(super) use self::budget::Budget;
use super::SourceError;
use crate::telemetry::{X_REQUEST_ID, current_request_id};

const USER_AGENT: &str = concat!("FlashBlog/", env!("CARGO_PKG_VERSION"));
const MAX_REDIRECTS: usize = 2;
/// Shorter than the timeout of a request, since a reachable server accepts connections at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The longest `Retry-After` that is obeyed: a wrong one must not silence the source for days.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(3600);
/// How long to wait after a `429` without `Retry-After`.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Keeps no cookies, ignores proxy variables, and follows redirects only within one site.
#[derive(Debug, Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    timeout: Duration,
}

/// A successful answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// The address after redirects.
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The validators of an answer. They make the next request for its address conditional (RFC 9110,
/// section 13).
#[derive(Debug, Clone, Default)]
pub(super) struct Validators {
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

impl Validators {
    pub(super) fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

impl Answer {
    pub(super) fn validators(&self) -> Validators {
        Validators {
            etag: self.headers.get(ETAG).cloned(),
            last_modified: self.headers.get(LAST_MODIFIED).cloned(),
        }
    }

    /// A header's value as text.
    pub(super) fn header(&self, name: impl reqwest::header::AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn content_type(&self) -> &str {
        self.header(CONTENT_TYPE)
            .unwrap_or("something without a type")
    }

    /// The target of the first `Link` with this relation (RFC 8288).
    pub(super) fn link(&self, rel: &str) -> Option<Url> {
        let values = self.headers.get_all(LINK).iter();
        let target = values
            .filter_map(|value| value.to_str().ok())
            .find_map(|value| link_target(value, rel))?;
        self.url.join(target).ok()
    }
}

/// Finds `<target>; rel="…"` in a `Link` header. Targets hold no `<`, so each link begins at one.
fn link_target<'a>(header: &'a str, rel: &str) -> Option<&'a str> {
    header.split('<').skip(1).find_map(|link| {
        let (target, parameters) = link.split_once('>')?;
        let has_rel = parameters.split(';').any(|parameter| {
            let Some((name, value)) = parameter.split_once('=') else {
                return false;
            };
            let value = value.trim().trim_end_matches(',').trim().trim_matches('"');
            name.trim().eq_ignore_ascii_case("rel")
                && value
                    .split_ascii_whitespace()
                    .any(|word| word.eq_ignore_ascii_case(rel))
        });
        has_rel.then_some(target)
    })
}

impl Client {
    /// A client for requests to the host of `url`. `timeout` bounds one request, body included.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub(super) fn new(url: &Url, timeout: Duration) -> Result<Self, SourceError> {
        let site = url.clone();
        let redirects = Policy::custom(move |attempt: Attempt| {
            if attempt.previous().len() > MAX_REDIRECTS {
                attempt.error(format!("it redirects more than {MAX_REDIRECTS} times"))
            } else if is_same_site(attempt.url(), &site) {
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
        Ok(Self { http, timeout })
    }

    /// Requests a document.
    ///
    /// # Errors
    /// When the upstream can't be reached, breaks off, is too slow, asks to come back later, answers with
    /// a status outside 200 to 299, or with more bytes than `budget` allows.
    pub(super) async fn get(
        &self,
        url: &Url,
        accept: &'static str,
        budget: &Budget,
    ) -> Result<Answer, SourceError> {
        let answer = self
            .get_if_changed(url, accept, budget, &Validators::default())
            .await?;
        answer.ok_or_else(|| status_error(url, StatusCode::NOT_MODIFIED))
    }

    /// Requests a document. `None` when it still matches the validators in `known`.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn get_if_changed(
        &self,
        url: &Url,
        accept: &'static str,
        budget: &Budget,
        known: &Validators,
    ) -> Result<Option<Answer>, SourceError> {
        let answer = tokio::time::timeout(self.timeout, self.send(url, accept, budget, known));
        answer.await.unwrap_or_else(|_| {
            Err(SourceError::Unreachable(format!(
                "{} did not answer completely within {:?}",
                redacted(url),
                self.timeout
            )))
        })
    }

    async fn send(
        &self,
        url: &Url,
        accept: &'static str,
        budget: &Budget,
        known: &Validators,
    ) -> Result<Option<Answer>, SourceError> {
        let failed = |error: reqwest::Error| {
            SourceError::Unreachable(format!("{}: {}", redacted(url), cause(&error)))
        };
        let mut request = self.http.get(url.clone()).header(ACCEPT, accept);
        let conditions: [(HeaderName, &Option<HeaderValue>); 2] = [
            (IF_NONE_MATCH, &known.etag),
            (IF_MODIFIED_SINCE, &known.last_modified),
        ];
        for (name, value) in conditions {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        if let Some(id) = current_request_id() {
            request = request.header(X_REQUEST_ID, id.header());
        }
        let mut response = request.send().await.map_err(failed)?;
        if response.status() == StatusCode::NOT_MODIFIED && !known.is_empty() {
            return Ok(None);
        }
        check_status(url, &response)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            budget.spend(chunk.len(), body.len() + chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        Ok(Some(Answer {
            url: response.url().clone(),
            headers: std::mem::take(response.headers_mut()),
            body,
        }))
    }
}

/// # Errors
/// When the status is outside 200 to 299; with the time to wait, when the upstream names one.
fn check_status(url: &Url, response: &Response) -> Result<(), SourceError> {
    let status = response.status();
    if status.is_success() {
        return Ok(());
    }
    let named = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| retry_after(value.to_str().ok()?, Timestamp::now()));
    let wait = match status {
        StatusCode::TOO_MANY_REQUESTS => Some(named.unwrap_or(DEFAULT_RETRY_AFTER)),
        StatusCode::SERVICE_UNAVAILABLE => named,
        _ => None,
    };
    Err(match wait {
        Some(wait) => SourceError::Busy {
            problem: status_error(url, status).to_string(),
            retry_after: wait.min(MAX_RETRY_AFTER),
        },
        None => status_error(url, status),
    })
}

fn status_error(url: &Url, status: StatusCode) -> SourceError {
    SourceError::Unreachable(format!("{} answered with status {status}", redacted(url)))
}

/// Reads a `Retry-After` header: seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let wait: SignedDuration = date.duration_since(now);
    Some(wait.try_into().unwrap_or_default())
}

/// Whether two addresses belong to one site: the same origin, apart from a leading `www.`.
pub(super) fn is_same_site(a: &Url, b: &Url) -> bool {
    let host = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    };
    a.scheme() == b.scheme()
        && host(a) == host(b)
        && a.port_or_known_default() == b.port_or_known_default()
}

/// An address for logs, without user info, query and fragment: they can hold secrets.
pub(super) fn redacted(url: &Url) -> String {
    let has_query = url.query().is_some();
    let mut text = without_secrets(url).to_string();
    if has_query {
        text.push_str("?…");
    }
    text
}

/// An address without user info, query and fragment. Relative links are resolved against it, so posts show
/// it.
pub(super) fn without_secrets(url: &Url) -> Url {
    let mut url = url.clone();
    // Both calls fail only for an address without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// An error's causes in one line, without the address, which can hold secrets.
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

#[cfg(test)]
mod tests;
