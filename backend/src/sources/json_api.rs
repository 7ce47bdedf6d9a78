//! A JSON blog API: an array of posts, or an object that holds one, possibly page by page.

mod client;
mod items;

use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value};
use url::Url;

use self::client::{Budget, Client};
use super::{BlogSource, SourceError};
use crate::content::post::Post;

/// Where an object may hold its posts.
const LIST_FIELDS: [&str; 3] = ["data", "blogs", "posts"];
/// The most pages of one reading; later pages are left out with a warning.
const MAX_PAGES: u64 = 50;
/// Pages that are requested at once, so that a long blog fits into the timeout.
const CONCURRENT_PAGES: usize = 4;
/// The most bytes of all pages together, after decompression.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Skipped items that the log names in each reading.
const MAX_WARNINGS: usize = 20;
/// The longest time for making posts of all items.
const RENDERING_LIMIT: Duration = Duration::from_secs(30);

/// A JSON blog API.
#[derive(Debug)]
pub struct JsonApiSource {
    url: Url,
    timeout: Duration,
    client: Client,
}

impl JsonApiSource {
    /// Sets up the HTTP client and sends nothing. `timeout` bounds one whole reading: all pages, from
    /// the connection to the last byte.
    ///
    /// # Errors
    /// When no HTTP client can be set up.
    pub fn new(url: Url, timeout: Duration) -> Result<Self, SourceError> {
        let client = Client::new(&url, timeout)?;
        Ok(Self {
            url,
            timeout,
            client,
        })
    }

    /// The items of all pages.
    async fn items(&self) -> Result<Vec<Value>, SourceError> {
        let budget = Budget::new(MAX_BYTES);
        let first = page(self.client.get(&self.url, &budget).await?)?;
        let Some(pages) = first.pages else {
            return Ok(first.items);
        };

        let bound = pages.current.saturating_add(MAX_PAGES - 1);
        if pages.last > bound {
            tracing::warn!(
                source = redacted(&self.url),
                pages = pages.last,
                "Reading only the first {MAX_PAGES} pages of the blog"
            );
        }
        let others: Vec<Vec<Value>> = stream::iter(pages.current + 1..=pages.last.min(bound))
            .map(|number| self.page_at(number, &budget))
            .buffered(CONCURRENT_PAGES)
            .try_collect()
            .await?;
        Ok(first
            .items
            .into_iter()
            .chain(others.into_iter().flatten())
            .collect())
    }

    async fn page_at(&self, number: u64, budget: &Budget) -> Result<Vec<Value>, SourceError> {
        let body = self
            .client
            .get(&page_url(&self.url, number), budget)
            .await?;
        Ok(page(body)?.items)
    }
}

#[async_trait]
impl BlogSource for JsonApiSource {
    fn kind(&self) -> &'static str {
        "json_api"
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let too_slow = || {
            SourceError::Unreachable(format!(
                "{} did not answer completely within {:?}",
                redacted(&self.url),
                self.timeout
            ))
        };
        let items = tokio::time::timeout(self.timeout, self.items())
            .await
            .map_err(|_| too_slow())??;

        // Rendering takes CPU time, so it runs on the blocking threads.
        let base = self.url.clone();
        let deadline = Instant::now() + RENDERING_LIMIT;
        let reading = tokio::task::spawn_blocking(move || items::read(items, &base, deadline))
            .await
            .map_err(|error| {
                SourceError::Unusable(format!("reading the posts broke off: {error}"))
            })?
            .ok_or_else(|| SourceError::Unusable("its posts take too long to read".into()))?;
        for skipped in reading.skipped.iter().take(MAX_WARNINGS) {
            tracing::warn!(
                source = redacted(&self.url),
                index = skipped.index,
                "Skipping a post: {}",
                skipped.reason
            );
        }
        if let Some(more) = reading
            .skipped
            .len()
            .checked_sub(MAX_WARNINGS)
            .filter(|more| *more > 0)
        {
            tracing::warn!(source = redacted(&self.url), "Skipping {more} more posts");
        }
        Ok(reading.posts)
    }
}

/// An address for logs, without user info, query and fragment: they can hold secrets.
pub fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    // Both calls fail only for an address without a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    let had_query = url.query().is_some();
    url.set_query(had_query.then_some("…"));
    url.set_fragment(None);
    url.to_string().replace("%E2%80%A6", "…")
}

/// One answer of the API.
#[derive(Debug)]
struct Page {
    items: Vec<Value>,
    pages: Option<Pages>,
}

/// The position in Laravel's paginator.
#[derive(Debug)]
struct Pages {
    current: u64,
    last: u64,
}

/// Finds the list and the paginator in an answer.
fn page(body: Value) -> Result<Page, SourceError> {
    let mut object = match body {
        Value::Array(items) => return Ok(Page { items, pages: None }),
        Value::Object(object) => object,
        _ => return Err(no_list()),
    };
    let pages = pages(&object).or_else(|| pages(object.get("meta")?.as_object()?));
    let field = LIST_FIELDS
        .into_iter()
        .find(|field| object.get(*field).is_some_and(Value::is_array))
        .ok_or_else(no_list)?;
    match object.remove(field) {
        Some(Value::Array(items)) => Ok(Page { items, pages }),
        _ => Err(no_list()),
    }
}

fn no_list() -> SourceError {
    SourceError::Unusable(
        "the answer is no list of posts: neither an array nor an object with one under `data`, `blogs` or `posts`"
            .into(),
    )
}

fn pages(object: &Map<String, Value>) -> Option<Pages> {
    let last = number(object.get("last_page")?)?;
    let current = object.get("current_page").and_then(number).unwrap_or(1);
    Some(Pages { current, last })
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The address with another `page` and the rest of its query.
fn page_url(url: &Url, number: u64) -> Url {
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(key, _)| key != "page")
        .map(|(k, v)| (k.into(), v.into()))
        .collect();
    let mut url = url.clone();
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .append_pair("page", &number.to_string());
    url
}

#[cfg(test)]
mod tests;
