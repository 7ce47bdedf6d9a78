//! A page as HTML and as a response.

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::contact::ContactMessage;
use shared::flash::Flash;
use shared::route::Route;

use super::contents::{Contents, Fetched};
use crate::answers::{Key, Wanted};
use crate::app::App;
use crate::cache::{REFETCH_INTERVAL, View};
use crate::http::answer::{Answer, write_once};
use crate::http::conditional::Preconditions;
use crate::site::page_renderer::Content;
use crate::site::shell::{Parts, Shell, data_block};
use crate::telemetry::RequestId;

const HTML: &str = "text/html; charset=utf-8";
/// A session reads its own snapshot, so pages depend on the cookie.
const VARY: HeaderValue = HeaderValue::from_static("Cookie, Authorization, Accept-Encoding");
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// The parts of a page that are for one person only.
#[derive(Default)]
pub(super) struct Personal {
    /// The flashes that the page delivers, oldest first.
    pub(super) flashes: Vec<Flash>,
    /// Whether flashes wait that this response must not deliver.
    pub(super) has_waiting_flashes: bool,
    /// The message in a refused form post.
    pub(super) message: Option<ContactMessage>,
}

/// A page before it is written.
pub(super) struct Page<'a> {
    pub(super) app: &'a App,
    pub(super) shell: &'a Shell,
    pub(super) fetched: &'a Fetched,
    pub(super) personal: Personal,
    pub(super) request_id: Option<RequestId>,
}

impl Page<'_> {
    /// Writes the page. This awaits only for a page without flashes, so that none is lost.
    pub(super) async fn write(&self, preconditions: &Preconditions) -> Response {
        // A page of a preview has a version, which the key does not include.
        let is_for_all = self.personal.flashes.is_empty()
            && !self.personal.has_waiting_flashes
            && self.app.preview.is_none();
        if is_for_all && !self.fetched.is_absent() {
            let write = || self.answer(&self.contents());
            let kept = self
                .app
                .answers
                .get_document(key(self.app, self.shell, self.fetched), write)
                .await;
            return kept.respond(preconditions);
        }
        let contents = self.contents();
        if contents.status == StatusCode::OK && self.personal.flashes.is_empty() {
            return self.answer(&contents).respond_once(preconditions);
        }
        self.write_once(&contents, preconditions)
    }

    /// Writes a page that no browser may keep: Back would show its flashes again.
    pub(super) fn write_once(
        &self,
        contents: &Contents<'_>,
        preconditions: &Preconditions,
    ) -> Response {
        let html = Bytes::from(self.html(contents));
        let mut response = contents.status.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::CONTENT_SECURITY_POLICY, self.shell.policy().clone());
        headers.insert(header::VARY, VARY);
        if contents.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, REFETCH_INTERVAL.as_secs().into());
        }
        write_once(&mut response, HTML, html, preconditions);
        response
    }

    fn answer(&self, contents: &Contents<'_>) -> Answer {
        Answer::new(HTML, self.html(contents))
            .with_header(header::CACHE_CONTROL, NO_CACHE)
            .with_header(header::CONTENT_SECURITY_POLICY, self.shell.policy().clone())
            .with_header(header::VARY, VARY)
    }

    fn contents(&self) -> Contents<'_> {
        self.fetched.contents(self.app, self.request_id.as_ref())
    }

    fn html(&self, contents: &Contents<'_>) -> String {
        let today = self.app.pages.today();
        let address = match &self.fetched.route {
            Route::NotFound => "/404".to_owned(),
            route => route.href(),
        };
        let snapshot = self.fetched.view.as_ref().map_or(0, View::number);
        let rendered = self.app.pages.render(
            snapshot,
            Content {
                address: &address,
                answers: &contents.answers,
                flashes: &self.personal.flashes,
                message: self.personal.message.as_ref(),
                today,
            },
        );
        let mut attributes = String::new();
        if rendered.is_some() {
            attributes = self.app.pages.attributes(today);
        }
        if self.personal.has_waiting_flashes {
            attributes.push_str(" data-waiting");
        }
        self.shell.document(&Parts {
            head: contents.head.html(),
            attributes,
            content: rendered,
            data: self.data(contents),
        })
    }

    /// The data blocks of the page. An answer that can't be written as JSON is left out, and the app asks
    /// the API for it.
    fn data(&self, contents: &Contents<'_>) -> String {
        let blocks = contents.answers.iter().map(|answer| answer.block());
        let mut data: String = blocks.filter_map(Result::ok).collect();
        if !self.personal.flashes.is_empty()
            && let Ok(flashes) = serde_json::to_string(&self.personal.flashes)
        {
            data.push_str(&data_block("id", "flashes", &flashes));
        }
        data
    }
}

/// The key of a page without flashes, which is kept.
pub(super) fn key(app: &App, shell: &Shell, fetched: &Fetched) -> Key {
    let wanted = Wanted::Page {
        route: fetched.route.clone(),
        shell: shell.number(),
        today: app.pages.today(),
    };
    let key = match (&fetched.route, &fetched.view) {
        (Route::Blog { .. }, Some(view)) => Key::of_posts(view, wanted),
        (_, Some(view)) => Key::of_list(view, wanted),
        (_, None) => Key::of_site(wanted),
    };
    key.with_profile(fetched.profile.number)
}
