//! Finds out from its answer which kind of source a URL is.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use serde_json::Value;
use url::Url;

use super::client::{Answer, Budget, Client, redacted};
use super::feed::FeedSource;
use super::json_api::JsonApiSource;
use super::walk::MAX_ANSWER_BYTES;
use super::wordpress::{self, WordPressSource};
use super::{BlogSource, Reading, SourceError};
use crate::content::post::Post;

/// JSON first: an API that also serves pages is read as an API.
const FORMATS: &str = "application/json, application/feed+json, application/atom+xml, application/rss+xml, text/html;q=0.9, */*;q=0.5";
/// How many bytes of a page are searched for `<link>` elements.
const HEAD_LENGTH: usize = 256 * 1024;
const FEED_TYPES: [&str; 3] = [
    "application/atom+xml",
    "application/rss+xml",
    "application/feed+json",
];

/// A source at a URL whose kind is found at the first reading.
pub struct DetectedSource {
    url: Url,
    client: Client,
    found: OnceLock<Arc<dyn BlogSource>>,
}

/// The kind of source that was found at a URL.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    JsonApi,
    Feed(Url),
    /// A WordPress site, with the address of its API.
    WordPress(Url),
}

impl DetectedSource {
    /// Sets up the HTTP client and sends nothing. `timeout` bounds one request.
    ///
    /// # Errors
    /// When no HTTP client can be set up.
    pub fn new(url: Url, timeout: Duration) -> Result<Self, SourceError> {
        Ok(Self {
            client: Client::new(&url, timeout)?,
            url,
            found: OnceLock::new(),
        })
    }

    async fn source(&self) -> Result<&Arc<dyn BlogSource>, SourceError> {
        if let Some(found) = self.found.get() {
            return Ok(found);
        }
        let client = self.client.clone();
        let found: Arc<dyn BlogSource> = match self.detect().await? {
            Kind::JsonApi => Arc::new(JsonApiSource::with_client(self.url.clone(), client)),
            Kind::Feed(url) => {
                tracing::info!(feed = redacted(&url), "Found a feed");
                Arc::new(FeedSource::with_client(url, client))
            }
            Kind::WordPress(api) => {
                tracing::info!(api = redacted(&api), "Found a WordPress site");
                Arc::new(WordPressSource::with_client(
                    self.url.clone(),
                    client,
                    Some(api),
                ))
            }
        };
        tracing::info!(
            kind = found.kind(),
            source = redacted(&self.url),
            "Reading posts"
        );
        Ok(self.found.get_or_init(|| found))
    }

    async fn detect(&self) -> Result<Kind, SourceError> {
        let answer = self.client.get(&self.url, FORMATS, &budget()).await?;
        if let Some(kind) = kind_of(&answer) {
            return Ok(kind);
        }
        if is_html(&answer) && self.has_api(&answer).await {
            let api = answer.url.join("/wp-json/");
            return Ok(Kind::WordPress(api.unwrap_or_else(|_| answer.url.clone())));
        }
        if is_ghost(&answer) {
            return Err(SourceError::Unusable(format!(
                "this is a Ghost site without a feed; give ghost:{} as the source and set FLASHBLOG_GHOST_KEY",
                redacted(&self.url)
            )));
        }
        // The adapter's error tells what is wrong with the answer.
        Ok(Kind::JsonApi)
    }

    /// Whether the site has a WordPress API that its home page does not name.
    async fn has_api(&self, home: &Answer) -> bool {
        let Ok(root) = home.url.join("/wp-json/") else {
            return false;
        };
        let answer = self.client.get(&root, "application/json", &budget()).await;
        answer.is_ok_and(|answer| {
            let root: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            wordpress::is_api_root(&root)
        })
    }
}

#[async_trait]
impl BlogSource for DetectedSource {
    fn kind(&self) -> &'static str {
        self.found.get().map_or("url", |found| found.kind())
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        self.source().await?.fetch().await
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        self.source().await?.refetch().await
    }

    fn posts_so_far(&self) -> Option<usize> {
        self.found.get()?.posts_so_far()
    }
}

fn budget() -> Budget {
    Budget::new(MAX_ANSWER_BYTES, MAX_ANSWER_BYTES)
}

/// The kind of source that an answer reveals. A WordPress site is preferred to its feed.
fn kind_of(answer: &Answer) -> Option<Kind> {
    if let Some(api) = answer.link(wordpress::API_RELATION) {
        return Some(Kind::WordPress(api));
    }
    let start = &answer.body[..answer.body.len().min(HEAD_LENGTH)];
    let start = String::from_utf8_lossy(start);
    let start = start.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with('[') {
        return Some(Kind::JsonApi);
    }
    if start.starts_with('{') {
        return Some(kind_of_object(answer));
    }
    if is_feed(start, answer.content_type()) {
        return Some(Kind::Feed(answer.url.clone()));
    }
    if !is_html(answer) {
        return None;
    }
    let mut feed = None;
    for link in links(start) {
        let Ok(target) = answer.url.join(&link.href) else {
            continue;
        };
        if link.rel == wordpress::API_RELATION {
            return Some(Kind::WordPress(target));
        }
        let is_alternate = link
            .rel
            .split_ascii_whitespace()
            .any(|rel| rel == "alternate");
        if is_alternate && FEED_TYPES.contains(&link.kind.as_str()) {
            feed.get_or_insert(target);
        }
    }
    feed.map(Kind::Feed)
}

fn kind_of_object(answer: &Answer) -> Kind {
    let object: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let version = object.get("version").and_then(Value::as_str);
    if version.is_some_and(|version| version.starts_with("https://jsonfeed.org/version/")) {
        return Kind::Feed(answer.url.clone());
    }
    if wordpress::is_api_root(&object) {
        return Kind::WordPress(answer.url.clone());
    }
    Kind::JsonApi
}

fn is_feed(start: &str, content_type: &str) -> bool {
    let is_named = content_type.contains("rss") || content_type.contains("atom");
    let has_root = ["<rss", "<feed", "<rdf:RDF", "<RDF"]
        .iter()
        .any(|root| start.contains(root));
    start.starts_with('<') && (is_named || has_root) && !start.contains("<html")
}

fn is_html(answer: &Answer) -> bool {
    answer.content_type().contains("html")
}

fn is_ghost(answer: &Answer) -> bool {
    let start = &answer.body[..answer.body.len().min(HEAD_LENGTH)];
    is_html(answer) && String::from_utf8_lossy(start).contains("content=\"Ghost ")
}

/// A `<link>` element of a page.
#[derive(Debug, Default)]
struct PageLink {
    rel: String,
    kind: String,
    href: String,
}

/// The `<link>` elements of a page, in its order.
fn links(html: &str) -> Vec<PageLink> {
    let mut links = Vec::new();
    let read = element!("link", |element| {
        let read = |name| element.get_attribute(name).unwrap_or_default();
        links.push(PageLink {
            rel: read("rel").to_ascii_lowercase(),
            kind: read("type").to_ascii_lowercase(),
            // lol_html doesn't decode entities in attributes.
            href: read("href")
                .trim()
                .replace("&amp;", "&")
                .replace("&#038;", "&"),
        });
        Ok(())
    });
    let settings = RewriteStrSettings::new().append_element_content_handler(read);
    // When a page can't be read to its end, the links that were found so far count.
    let _ = rewrite_str(html, settings);
    links
}

#[cfg(test)]
mod tests;
