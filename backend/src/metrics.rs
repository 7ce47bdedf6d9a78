//! Metrics for Prometheus (OpenMetrics text format 1.0).
//!
//! The number of label values is bounded: they are routes instead of addresses, standard methods, and
//! statuses.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::response::Response;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::answers::Answers;
use crate::cache::{BlogCache, Fetches};
use crate::contact::Contact;
use crate::session::Sessions;
use crate::site::page_renderer::PageRenderer;
use crate::store::health::DatabaseHealth;
use crate::telemetry;

/// The upper bounds of the histogram's buckets, in seconds. The last one is the handlers' time limit.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0,
];

/// The metrics of requests, which count from the server's start.
pub struct Metrics {
    started: SystemTime,
    in_flight: Gauge,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: RouteLabel,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: RouteLabel,
}

/// The route that a request's address matches. Without a match, it is `unmatched` below `/api`, and
/// `site` for the site's pages and files.
#[derive(Clone, Debug)]
enum RouteLabel {
    Matched(MatchedPath),
    Other(&'static str),
}

impl RouteLabel {
    fn of(request: &Request) -> Self {
        match telemetry::route(request) {
            Some(path) => Self::Matched(path.clone()),
            None if request.uri().path().starts_with("/api") => Self::Other("unmatched"),
            None => Self::Other("site"),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Matched(path) => path.as_str(),
            Self::Other(name) => name,
        }
    }
}

impl PartialEq for RouteLabel {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for RouteLabel {}

impl Hash for RouteLabel {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl EncodeLabelValue for RouteLabel {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        self.as_str().encode(encoder)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            started: SystemTime::now(),
            in_flight: Gauge::default(),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
        }
    }
}

impl Metrics {
    /// All metrics as text: these counters, and the current values of the other parts.
    ///
    /// # Errors
    /// When a metric can't be formatted.
    pub fn write(
        &self,
        blogs: &BlogCache,
        sessions: &Sessions,
        contact: &Contact,
        database: &DatabaseHealth,
        pages: &PageRenderer,
        answers: &Answers,
    ) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        self.register_requests(&mut registry);
        register_blogs(&mut registry, blogs);
        register_database(&mut registry, sessions, contact, database);
        self.register_process(&mut registry);
        registry.register(
            "flashblog_answers_written",
            "Answers written: lists, posts, pages, feeds. The others were kept in memory",
            ConstCounter::new(answers.written()),
        );
        registry.register(
            "flashblog_pages_not_rendered",
            "Pages that could not be rendered: their readers got the app alone",
            ConstCounter::new(pages.failures()),
        );
        let mut written = String::new();
        text::encode(&mut written, &registry)?;
        Ok(written)
    }

    fn register_requests(&self, registry: &mut Registry) {
        registry.register("http_requests", "Requests answered", self.requests.clone());
        registry.register_with_unit(
            "http_request_duration",
            "From a request's head to its answer's",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests that are being answered",
            self.in_flight.clone(),
        );
    }

    fn register_process(&self, registry: &mut Registry) {
        let started = self.started.duration_since(UNIX_EPOCH).unwrap_or_default();
        registry.register_with_unit(
            "process_start_time",
            "When the server started, since the Unix epoch",
            Unit::Seconds,
            ConstGauge::new(started.as_secs_f64()),
        );
        registry.register(
            "flashblog_build",
            "The running version",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
    }
}

fn register_blogs(registry: &mut Registry, blogs: &BlogCache) {
    let Fetches { succeeded, failed } = blogs.fetches();
    let fetches = Family::<[(&str, &str); 1], Counter>::default();
    for (outcome, count) in [("ok", succeeded), ("failed", failed)] {
        fetches.get_or_create(&[("outcome", outcome)]).inc_by(count);
    }
    registry.register(
        "flashblog_upstream_fetches",
        "Readings of the blogs' source",
        fetches,
    );
    registry.register(
        "flashblog_snapshots",
        "Different copies of the blogs that are held",
        ConstGauge::new(blogs.snapshots()),
    );
}

fn register_database(
    registry: &mut Registry,
    sessions: &Sessions,
    contact: &Contact,
    database: &DatabaseHealth,
) {
    if let Some(waiting) = sessions.waiting() {
        registry.register(
            "flashblog_sessions_with_waiting_flashes",
            "Sessions for which flashes wait",
            ConstGauge::new(waiting),
        );
    }
    registry.register(
        "flashblog_messages_received",
        "Contact messages stored",
        ConstCounter::new(contact.received()),
    );
    registry.register(
        "flashblog_database_up",
        "Whether the database answers: 1, or 0",
        ConstGauge::new(i64::from(database.is_up())),
    );
    registry.register_with_unit(
        "flashblog_clock_ahead",
        "How far this machine's clock is ahead of the database's",
        Unit::Seconds,
        ConstGauge::new(database.clock_seconds_ahead()),
    );
}

/// Counts a request as in flight until it is answered or cancelled.
struct InFlight<'a>(&'a Gauge);

impl<'a> InFlight<'a> {
    fn new(gauge: &'a Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counts the request and measures how long its answer takes.
pub async fn measure<F: Future<Output = Response>>(
    metrics: &Metrics,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let _in_flight = InFlight::new(&metrics.in_flight);
    let started = Instant::now();
    let method = method(request.method());
    let route = RouteLabel::of(&request);
    let response = next(request).await;
    let labels = RouteLabels {
        route: route.clone(),
    };
    metrics
        .seconds
        .get_or_create(&labels)
        .observe(started.elapsed().as_secs_f64());
    let status = response.status().as_u16();
    metrics
        .requests
        .get_or_create(&RequestLabels {
            method,
            route,
            status,
        })
        .inc();
    response
}

/// The name of a standard method; `other` for the rest.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "other",
    }
}
