//! Logs on standard error: one line for each event, one span for each request.

use std::fmt;
use std::io::IsTerminal;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

tokio::task_local! {
    static REQUEST_ID: Option<RequestId>;
}

/// Carries the request's id, both ways.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Starts logging for the whole process: readable lines, or JSON in production.
///
/// # Errors
/// When the filter can't be read, or logging was started before.
pub fn start(filter: &str, json: bool) -> anyhow::Result<()> {
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = if json {
        subscriber
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init()
    } else {
        subscriber.try_init()
    };
    started.map_err(|error| anyhow::anyhow!("can't start logging: {error}"))?;
    log_panics();
    Ok(())
}

/// Writes panics to the log, in its format and with the request's id.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(
            cause = panic.payload_as_str().unwrap_or("no message"),
            place = place.as_deref(),
            "Panicked"
        );
    }));
}

/// A request's id, as logs, its response and a problem's `request_id` show it.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

impl RequestId {
    /// The client's own id when it is well formed (1 to 128 of `A-Za-z0-9._-`), else a new one.
    fn of(headers: &HeaderMap) -> Self {
        let well_formed = |id: &&str| {
            (1..=128).contains(&id.len())
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let sent = headers
            .get(&X_REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        Self(
            sent.filter(well_formed)
                .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned),
        )
    }
}

/// The id of the request that the current task answers, if any.
#[must_use]
pub fn current_request_id() -> Option<RequestId> {
    REQUEST_ID.try_with(Clone::clone).ok().flatten()
}

/// Gives a new task the id and the span of the request that starts it.
pub fn in_current_request<F: Future>(task: F) -> impl Future<Output = F::Output> {
    REQUEST_ID
        .scope(current_request_id(), task)
        .in_current_span()
}

/// Middleware: gives the request an id, runs it in a span, and logs one line when it is answered.
///
/// The span has the matched route, never the URI: a query can hold secrets.
pub async fn request_span(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    let route = request.extensions().get::<MatchedPath>();
    let span = tracing::info_span!(
        "request",
        request.id = id.0,
        http.method = %request.method(),
        http.route = route.map_or("unmatched", MatchedPath::as_str),
    );
    request.extensions_mut().insert(id.clone());
    let named = Some(id.clone());
    let started = std::time::Instant::now();
    let answer = async move {
        let mut response = next.run(request).await;
        if let Ok(value) = HeaderValue::from_str(&id.0) {
            response.headers_mut().insert(X_REQUEST_ID, value);
        }
        tracing::info!(
            http.status = response.status().as_u16(),
            elapsed_ms = started.elapsed().as_millis() as u64,
            "Request answered"
        );
        response
    };
    REQUEST_ID.scope(named, answer).instrument(span).await
}

/// An error with the errors that caused it, on one line.
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'a));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
