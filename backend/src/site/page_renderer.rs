//! Pages as HTML: the app's own components, rendered on the server.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use shared::contact::ContactMessage;
use shared::flash::Flash;

use crate::clock::Clock;
use crate::site::first_answers::FirstAnswer;

/// After this many failures in a snapshot, no page is rendered until the posts change.
const MAX_FAILURES: usize = 64;
const DAY_SECONDS: i64 = 86_400;

/// Renders pages.
pub struct PageRenderer {
    clock: Arc<dyn Clock>,
    renders: bool,
    /// Snapshots and addresses that can't be rendered. Each panic leaks about 20 KB, so there is no
    /// second try.
    failed: Mutex<HashSet<(u64, String)>>,
    failures: AtomicU64,
}

impl PageRenderer {
    /// `renders`: whether pages are rendered. Otherwise readers get the shell.
    pub fn new(clock: Arc<dyn Clock>, renders: bool) -> Self {
        Self {
            clock,
            renders: renders && CAN_RENDER,
            failed: Mutex::default(),
            failures: AtomicU64::new(0),
        }
    }

    /// Today, in days since 1970 (UTC).
    pub fn today(&self) -> i32 {
        let days = self.clock.now().as_second().div_euclid(DAY_SECONDS);
        i32::try_from(days).unwrap_or_default()
    }

    /// The attributes of the app's element in a rendered page.
    pub fn attributes(&self, today: i32) -> String {
        format!(" data-rendered=\"{BUILD_ID}\" data-today=\"{today}\"")
    }

    /// Renders a page of the snapshot with this number. `None` if pages are not rendered, or this one
    /// failed.
    pub fn render(&self, snapshot: u64, content: Content<'_>) -> Option<String> {
        if !self.renders || self.has_failed(snapshot, content.address) {
            return None;
        }
        let html = render(content);
        if html.is_none() {
            tracing::error!(
                page = content.address,
                "A page can't be rendered: readers get the app without it"
            );
            self.failures.fetch_add(1, Ordering::Relaxed);
            let mut failed = self.failed.lock();
            failed.retain(|(number, _)| *number == snapshot);
            failed.insert((snapshot, content.address.to_owned()));
        }
        html
    }

    fn has_failed(&self, snapshot: u64, address: &str) -> bool {
        let failed = self.failed.lock();
        let of_snapshot = failed.iter().filter(|(number, _)| *number == snapshot);
        of_snapshot.clone().count() >= MAX_FAILURES
            || of_snapshot.into_iter().any(|(_, known)| known == address)
    }

    /// How many pages could not be rendered since the start.
    pub fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }
}

/// Everything that the content of a page depends on.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Path and query of the page.
    pub address: &'a str,
    /// Answers to the page's requests.
    pub answers: &'a [FirstAnswer],
    /// Flashes that the page delivers, oldest first.
    pub flashes: &'a [Flash],
    /// The message in a refused form post.
    pub message: Option<&'a ContactMessage>,
    /// The day from which ages count, in days since 1970 (UTC).
    pub today: i32,
}

/// Whether this server can render.
const CAN_RENDER: bool = cfg!(feature = "rendered-pages");

/// Identifies the sources of the components that render here. An app built from the same sources can take
/// the page over.
#[cfg(feature = "rendered-pages")]
const BUILD_ID: &str = frontend::render_marks::BUILD_ID;
/// Empty, since nothing is rendered here.
#[cfg(not(feature = "rendered-pages"))]
const BUILD_ID: &str = "";

/// The content of the app's element. `None` if a component panics (see the log) or waits. Takes about
/// 0.2 ms and needs no runtime.
#[cfg(feature = "rendered-pages")]
fn render(content: Content<'_>) -> Option<String> {
    // No state survives a panic: each page has new states of its components.
    std::panic::catch_unwind(|| rendering::render(content)).ok()?
}

/// `None`: this server was built without the app's components.
#[cfg(not(feature = "rendered-pages"))]
fn render(_: Content<'_>) -> Option<String> {
    None
}

#[cfg(feature = "rendered-pages")]
mod rendering {
    use frontend::api::failure::ApiFailure;
    use frontend::api::first_answer::FirstAnswers;
    use frontend::api::get::Get;
    use frontend::contexts::first_page::{FirstFlashes, Typed};
    use frontend::day::Day;
    use frontend::render::{self, Page};

    use super::Content;
    use crate::site::first_answers::{Data, FirstAnswer};

    pub(super) fn render(content: Content<'_>) -> Option<String> {
        let answers = content.answers.iter();
        render::render(Page {
            address: content.address,
            first: answers.fold(FirstAnswers::default(), with_answer),
            today: Day::since_epoch(content.today),
            flashes: FirstFlashes {
                flashes: content.flashes.to_vec(),
                ..FirstFlashes::default()
            },
            typed: Typed::new(None, content.message.cloned()),
        })
    }

    fn with_answer(first: FirstAnswers, answer: &FirstAnswer) -> FirstAnswers {
        let path = answer.path.clone();
        match &answer.outcome {
            Ok(Data::List(page)) => first.with(&Get::new(path), Ok(page.clone())),
            Ok(Data::Post(blog)) => first.with(&Get::new(path), Ok(blog.as_ref().clone())),
            Ok(Data::Results(page)) => first.with(&Get::new(path), Ok(page.clone())),
            Ok(Data::Categories(list)) => first.with(&Get::new(path), Ok(list.clone())),
            Ok(Data::Site(site)) => first.with(&Get::new(path), Ok(site.as_ref().clone())),
            Ok(Data::OwnPage(page)) => first.with(&Get::new(path), Ok(page.as_ref().clone())),
            Err(problem) => {
                let failure = ApiFailure::Problem(Box::new(problem.clone()));
                // A failure has no type: the app asks for it by its path alone.
                first.with(&Get::<()>::new(path), Err(failure))
            }
        }
    }
}
