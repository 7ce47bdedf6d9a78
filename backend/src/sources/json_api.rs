//! A JSON blog API: an array of posts, or an object that holds one, possibly page by page.

mod pages;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::client::{Answer, Client, redacted};
use super::records::{self, NoList};
use super::walk::{MAX_ANSWER_BYTES, Page, Parse, Walk, page_of_records};
use super::{BlogSource, Reading, SourceError};
use crate::content::post::Post;
use crate::content::record::Record;

/// Where an object may hold its posts.
const LIST_FIELDS: [&str; 5] = ["data", "blogs", "posts", "results", "items"];

/// A JSON blog API.
#[derive(Debug)]
pub struct JsonApiSource {
    url: Url,
    walk: Walk,
}

impl JsonApiSource {
    /// Sets up the HTTP client and sends nothing. `timeout` bounds one request, body included.
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
            walk: Walk::new(client, "application/json", MAX_ANSWER_BYTES),
        }
    }
}

#[async_trait]
impl BlogSource for JsonApiSource {
    fn kind(&self) -> &'static str {
        "json_api"
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let list = self
            .walk
            .fetch(&self.url, &(Arc::new(parse) as Parse))
            .await?;
        Ok(list.posts)
    }

    fn posts_so_far(&self) -> Option<usize> {
        self.walk.posts_so_far()
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        let list = self
            .walk
            .read(&self.url, &(Arc::new(parse) as Parse))
            .await?;
        Ok(list.map(|list| Reading::from(list.posts)))
    }
}

fn parse(mut answer: Answer) -> Result<Page, SourceError> {
    let text = records::text(std::mem::take(&mut answer.body));
    let list = records::list(&text, &LIST_FIELDS, &pages::FIELDS)
        .map_err(|error| no_list(error, &answer))?;
    let mut page = page_of_records(&list.records, &answer.url, |fields, _| Record::item(fields));
    page.left_out = list.left_out;
    page.more = pages::more(&list.fields, list.records.len(), &answer);
    Ok(page)
}

/// The error for an answer that is not a list, with what it is instead.
pub(super) fn no_list(error: NoList, answer: &Answer) -> SourceError {
    SourceError::Unusable(match error {
        NoList::Grammar(line, column) => format!(
            "{} answered with {}, which is no JSON: line {line}, column {column}",
            redacted(&answer.url),
            answer.content_type(),
        ),
        NoList::Absent => format!(
            "the answer is no list of posts: neither an array nor an object with one under `{}`",
            LIST_FIELDS.join("`, `")
        ),
    })
}

#[cfg(test)]
mod item_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod transport_tests;
