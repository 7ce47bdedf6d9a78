//! A feed: RSS, Atom or JSON Feed, also in pages (RFC 5005).

mod document;
mod ids;
mod json_feed;
mod text;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::client::{Answer, Client};
use super::walk::{MAX_ANSWER_BYTES, Page, Parse, SkippedRecord, Walk};
use super::{BlogSource, Reading, SourceError};
use crate::content::address::Addresses;
use crate::content::post::Post;

/// The `Accept` header: every format of a feed, the most exact first.
const FORMATS: &str = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5";

/// A feed.
#[derive(Debug)]
pub struct FeedSource {
    url: Url,
    walk: Walk,
}

impl FeedSource {
    /// Sets up the HTTP client and sends nothing. `timeout` bounds one request.
    ///
    /// # Errors
    /// When no HTTP client can be set up.
    pub fn new(url: Url, timeout: Duration) -> Result<Self, SourceError> {
        let client = Client::new(&url, timeout)?;
        Ok(Self::with_client(url, client))
    }

    pub(super) fn with_client(url: Url, client: Client) -> Self {
        Self {
            url,
            walk: Walk::new(client, FORMATS, MAX_ANSWER_BYTES),
        }
    }
}

#[async_trait]
impl BlogSource for FeedSource {
    fn kind(&self) -> &'static str {
        "feed"
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let list = self
            .walk
            .fetch(&self.url, &(Arc::new(parse) as Parse))
            .await?;
        Ok(ids::shorten(list.posts))
    }

    fn posts_so_far(&self) -> Option<usize> {
        self.walk.posts_so_far()
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        let list = self
            .walk
            .read(&self.url, &(Arc::new(parse) as Parse))
            .await?;
        Ok(list.map(|list| Reading::from(ids::shorten(list.posts))))
    }
}

fn parse(answer: Answer) -> Result<Page, SourceError> {
    let is_json = answer.body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
        || answer.content_type().contains("json");
    let (items, more) = if is_json {
        json_feed::read(answer)?
    } else {
        document::read(&answer)?
    };
    let mut page = Page {
        records: items.len(),
        more,
        ..Page::default()
    };
    for (index, item) in items.into_iter().enumerate() {
        let addresses: Arc<dyn Addresses> = Arc::new(item.base);
        match item.post.finish(&addresses) {
            Ok(post) => page.posts.push(post),
            Err(reason) => page.skipped.push(SkippedRecord {
                index,
                reason: reason.to_string(),
            }),
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests;
