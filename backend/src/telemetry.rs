//! Logs on standard error: one line for each event, with the request that it belongs to.

mod lines;
pub mod told;

use std::fmt;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::response::Response;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use self::lines::Lines;

tokio::task_local! {
    static REQUEST: Option<Arc<CurrentRequest>>;
}

/// The request that a task answers, for its log lines. A tracing span would hold the same at several
/// times the cost of the line itself.
struct CurrentRequest {
    id: RequestId,
    method: Method,
    route: Option<MatchedPath>,
}

impl CurrentRequest {
    /// The matched route, never the raw address, which may hold private data such as search terms.
    fn route(&self) -> &str {
        self.route.as_ref().map_or("unmatched", MatchedPath::as_str)
    }
}

fn current_request() -> Option<Arc<CurrentRequest>> {
    REQUEST.try_with(Clone::clone).ok().flatten()
}

/// The header with the request's id, in requests and responses.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Starts logging for the whole process: readable lines, or JSON in production.
///
/// # Errors
/// When the filter can't be read, or logging was started before.
pub fn start(filter: &str, json: bool) -> anyhow::Result<()> {
    let started = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter)?)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .event_format(if json { Lines::Json } else { Lines::Text })
        .try_init();
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

/// A request's id, as the log, the response and a problem's `request_id` show it. Clones share the text.
#[derive(Debug, Clone)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The client's own id when it is well formed (1 to 128 of `A-Za-z0-9._-`), else a new one.
    fn of(headers: &HeaderMap) -> Self {
        let well_formed = |id: &&HeaderValue| {
            (1..=128).contains(&id.len())
                && id
                    .as_bytes()
                    .iter()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
        };
        let sent = headers.get(&X_REQUEST_ID).filter(well_formed);
        Self(sent.map_or_else(new_id, HeaderValue::clone))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The id as the value of [`X_REQUEST_ID`].
    #[must_use]
    pub fn header(&self) -> &HeaderValue {
        &self.0
    }
}

impl From<Uuid> for RequestId {
    fn from(id: Uuid) -> Self {
        let mut text = Uuid::encode_buffer();
        let text = id.hyphenated().encode_lower(&mut text);
        // Can't fail: hexadecimal digits and hyphens are a valid header value.
        Self(HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("none")))
    }
}

fn new_id() -> HeaderValue {
    RequestId::from(Uuid::now_v7()).0
}

/// The id of the request that the current task answers, if any.
#[must_use]
pub fn current_request_id() -> Option<RequestId> {
    current_request().map(|request| request.id.clone())
}

/// Gives a new task the id of the request that starts it, for its log lines too.
pub fn in_current_request<F: Future>(task: F) -> impl Future<Output = F::Output> {
    REQUEST.scope(current_request(), task)
}

/// Gives the request an id, and logs one line when it is answered.
pub async fn named<F: Future<Output = Response>>(
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let id = RequestId::of(request.headers());
    let current = CurrentRequest {
        id: id.clone(),
        method: request.method().clone(),
        route: route(&request).cloned(),
    };
    let started = Instant::now();
    // On the heap, since the future would otherwise be stored twice: here and in `scope`.
    let answer = Box::pin(async move {
        let mut response = next(request).await;
        response.headers_mut().insert(X_REQUEST_ID, id.0);
        tracing::info!(
            http.status = response.status().as_u16(),
            elapsed_ms = started.elapsed().as_millis() as u64,
            "Request answered"
        );
        response
    });
    REQUEST.scope(Some(Arc::new(current)), answer).await
}

/// The route of addresses below `/api` that the API does not have.
pub const UNKNOWN_IN_API: &str = "/api/{*unknown}";

/// The route that a request's address matches; `None` for [`UNKNOWN_IN_API`] too.
#[must_use]
pub fn route(request: &Request) -> Option<&MatchedPath> {
    let path = request.extensions().get::<MatchedPath>()?;
    (path.as_str() != UNKNOWN_IN_API).then_some(path)
}

/// Shows an error and the errors that caused it in one line.
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
