//! Feeds, sitemap and robots.txt.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;

use crate::answers::{FeedFormat, KeptAnswer, Key, Wanted};
use crate::app::App;
use crate::cache::{REFETCH_INTERVAL, View};
use crate::error::ApiError;
use crate::http::answer::Answer;
use crate::http::conditional::Preconditions;
use crate::site::feeds::{self, FeedError, Posts};
use crate::site::sitemap;

/// `GET /feed.xml`, `/atom.xml` and `/feed.json`.
///
/// # Errors
/// 404 for a page beyond the last one, 503 while there is no copy of the source.
pub async fn feed(
    format: FeedFormat,
    State(app): State<App>,
    RawQuery(query): RawQuery,
    preconditions: Preconditions,
) -> Result<Response, ApiError> {
    let view = view(&app).await?;
    let page = page_of(query.as_deref()).unwrap_or(1);
    if page > feeds::pages(&view.snapshot) {
        return Err(ApiError::NotFound);
    }
    let kind = feeds::content_type(format);
    let write = move |posts: &Posts| feeds::write(format, posts, page);
    let answer = answer(&app, &view, Wanted::Feed(format, page), kind, write).await?;
    Ok(answer.respond(&preconditions))
}

/// `GET /sitemap.xml`: all addresses; if they are too many, an index of `?page=1` and so on.
///
/// # Errors
/// Those of [`feed`].
pub async fn sitemap(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    preconditions: Preconditions,
) -> Result<Response, ApiError> {
    let view = view(&app).await?;
    let page = page_of(query.as_deref());
    let profile = app.site().await;
    if page > Some(sitemap::pages(&profile.site, &view.snapshot)) {
        return Err(ApiError::NotFound);
    }
    let write = move |posts: &Posts| sitemap::write(posts, page);
    let wanted = Wanted::Sitemap(page);
    let answer = answer(&app, &view, wanted, "application/xml", write).await?;
    Ok(answer.respond(&preconditions))
}

/// `GET /robots.txt`
pub async fn robots(State(app): State<App>, preconditions: Preconditions) -> Response {
    let key = Key::of_site(Wanted::Document("robots.txt"));
    let write = || {
        public(
            "text/plain; charset=utf-8",
            sitemap::robots(&app.public_url),
        )
    };
    let answer = app.answers.get_document(key, write).await;
    answer.respond(&preconditions)
}

async fn view(app: &App) -> Result<View, ApiError> {
    let view = app.blogs.peek(None).await;
    if view.is_missing() {
        return Err(ApiError::SourceUnavailable {
            retry_after_seconds: REFETCH_INTERVAL.as_secs(),
        });
    }
    Ok(view)
}

/// The `page` of a query, from 1, if it is a number.
fn page_of(query: Option<&str>) -> Option<u32> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    let (_, page) = pairs.find(|(name, _)| name == "page")?;
    page.parse().ok().filter(|page| *page > 0)
}

/// Writes the document once for each snapshot, on the blocking threads.
async fn answer(
    app: &App,
    view: &View,
    wanted: Wanted,
    content_type: &'static str,
    write: impl FnOnce(&Posts) -> Result<String, FeedError> + Send + 'static,
) -> Result<KeptAnswer, ApiError> {
    let fetched_at = view.fetched_at();
    let profile = app.site().await;
    let number = profile.number;
    let posts = Posts {
        site: Arc::clone(&app.public_url),
        profile,
        snapshot: Arc::clone(&view.snapshot),
        read_at: fetched_at
            .and_then(|moment| moment.parse().ok())
            .unwrap_or(Timestamp::MAX),
    };
    // With dates in the future, the document also depends on the time of reading.
    let key = if posts.has_future_dates() {
        Key::of_list(view, wanted)
    } else {
        Key::of_posts(view, wanted)
    };
    let key = key.with_profile(number);
    let document = async {
        let text = tokio::task::spawn_blocking(move || write(&posts)).await;
        let text = text.map_err(ApiError::internal)?;
        Ok::<_, ApiError>(public(content_type, text.map_err(ApiError::internal)?))
    };
    app.answers.get(key, document).await
}

/// An answer that is the same for all clients, and fresh for five minutes. Pages of other sites may load it.
fn public(content_type: &'static str, text: String) -> Answer {
    let mut answer = Answer::new(content_type, text);
    for (name, value) in [
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::VARY, "Accept-Encoding"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
    ] {
        answer = answer.with_header(name, HeaderValue::from_static(value));
    }
    answer
}
