//! A proxy in front of the site that injects faults.

use std::io;
use std::sync::Arc;

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_LENGTH, IF_NONE_MATCH};
use axum::response::Response;
use futures_util::{StreamExt, stream};
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::yield_now;

/// A failure between browser and site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A 500 with a problem that names the request `fault-1`.
    ServerError,
    /// A 503 with a problem: the source of the blogs does not answer.
    Unavailable,
    /// An answer that is not an envelope.
    Rubbish,
    /// The beginning of an answer, then the end of the connection.
    Cut,
    /// The site handles the request, but its answer is lost.
    LostAnswer,
    /// The site's answer, with its list marked as stale.
    Stale,
    /// No answer until the fault is lifted.
    Silence,
}

/// Passes requests on to the site, except those with a fault.
pub struct FaultProxy {
    origin: String,
    faults: Arc<Faults>,
}

struct Faults {
    upstream: String,
    client: reqwest::Client,
    set: Mutex<Option<(String, Fault)>>,
    held: Notify,
    lifted: Notify,
}

impl FaultProxy {
    /// Starts a proxy in front of the site at `upstream`.
    ///
    /// # Errors
    /// When there is no port for it.
    pub async fn before(upstream: &str) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let faults = Arc::new(Faults {
            upstream: upstream.to_owned(),
            client: reqwest::Client::builder()
                .no_proxy()
                .no_gzip()
                .redirect(reqwest::redirect::Policy::none())
                .build()?,
            set: Mutex::new(None),
            held: Notify::new(),
            lifted: Notify::new(),
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&faults));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin, faults })
    }

    /// Its address, without a slash at the end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Sets the fault for requests whose path and query contain `part`. It replaces the fault before.
    pub fn set(&self, part: &str, fault: Fault) {
        *self.faults.set.lock() = Some((part.to_owned(), fault));
    }

    /// Waits until a request is held by [`Fault::Silence`].
    pub async fn await_held(&self) {
        self.faults.held.notified().await;
    }

    /// Removes the fault. Held requests go on.
    pub fn lift(&self) {
        *self.faults.set.lock() = None;
        self.faults.lifted.notify_waiters();
    }
}

async fn answer(State(faults): State<Arc<Faults>>, request: Request) -> Response {
    let lifted = faults.lifted.notified();
    let fault = {
        let set = faults.set.lock();
        set.as_ref()
            .filter(|(part, _)| request.uri().to_string().contains(part.as_str()))
            .map(|(_, fault)| *fault)
    };
    match fault {
        Some(Fault::ServerError) => {
            return with_status(
                500,
                r#"{"error":{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal_error","detail":"Something went wrong.","request_id":"fault-1"},"flash":[]}"#,
            );
        }
        Some(Fault::Unavailable) => {
            return with_status(
                503,
                r#"{"error":{"type":"about:blank","title":"Service Unavailable","status":503,"code":"source_unavailable","detail":"The source of the blogs does not answer.","request_id":"fault-2"},"flash":[]}"#,
            );
        }
        Some(Fault::Rubbish) => return with_status(200, "<html>not what was asked for"),
        Some(Fault::Cut) => return cut(),
        Some(Fault::Silence) => {
            faults.held.notify_one();
            lifted.await;
        }
        Some(Fault::LostAnswer | Fault::Stale) | None => {}
    }
    match pass_on(&faults, request).await {
        Ok(_) if fault == Some(Fault::LostAnswer) => cut(),
        Ok(response) if fault == Some(Fault::Stale) => marked_stale(response).await,
        Ok(response) => response,
        Err(error) => with_status(502, &format!("the site did not answer: {error:#}")),
    }
}

async fn pass_on(faults: &Faults, request: Request) -> anyhow::Result<Response> {
    let (mut parts, body) = request.into_parts();
    // A compressed or empty answer can't be edited.
    parts.headers.remove(ACCEPT_ENCODING);
    parts.headers.remove(IF_NONE_MATCH);
    let path = parts.uri.path_and_query().context("a path")?;
    let answer = faults
        .client
        .request(parts.method, format!("{}{path}", faults.upstream))
        .headers(parts.headers)
        .body(axum::body::to_bytes(body, usize::MAX).await?)
        .send()
        .await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = Body::from(answer.bytes().await?);
    Ok(response)
}

/// The answer with `"stale":true` in place of `"stale":false`.
async fn marked_stale(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX)
        .await
        .unwrap_or_default();
    let body = String::from_utf8_lossy(&body).replace("\"stale\":false", "\"stale\":true");
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

fn cut() -> Response {
    let beginning = stream::iter([Ok("{\"data\":")]);
    let end = stream::once(async {
        // Lets the beginning be sent: browsers repeat a request if the connection ends without a byte.
        yield_now().await;
        Err(io::Error::other("cut"))
    });
    Response::new(Body::from_stream(beginning.chain(end)))
}

fn with_status(status: u16, body: &str) -> Response {
    let mut response = Response::new(Body::from(body.to_owned()));
    *response.status_mut() = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    response
}
