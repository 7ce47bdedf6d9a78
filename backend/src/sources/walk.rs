//! Reading an upstream page by page, and only when it has changed.

mod addresses;
mod page;
mod progress;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use parking_lot::Mutex;
use url::Url;

pub(super) use self::addresses::{page_url, pages_after, with_parameter};
pub(super) use self::page::{Listed, More, Page, SkippedRecord, page_of_records};
use self::progress::Reading;
use super::SourceError;
use super::client::{Answer, Budget, Client, Validators, is_same_site, redacted};
use super::records::MAX_RECORDS;
use crate::content::post::Post;
use crate::telemetry::in_current_request;

/// The most pages of one reading; later pages are left out with a warning.
pub(super) const MAX_PAGES: usize = 200;
/// The most posts of one reading; later posts are left out with a warning.
pub(super) const MAX_POSTS: usize = MAX_RECORDS;
/// How many pages are requested at once, so that a long blog is read in less time.
const CONCURRENT_PAGES: usize = 4;
/// The most bytes of one answer, after decompression.
pub(super) const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// The longest time for one reading, with all its pages.
const READING_TIMEOUT: Duration = Duration::from_secs(600);
/// The longest wait for an upstream that asks to come back later. If it asks for more, the reading fails.
const MAX_PAUSE: Duration = Duration::from_secs(30);
/// How often a reading waits for the same page.
const MAX_PAUSES: usize = 5;

/// Makes posts of one answer. This takes CPU time, so it runs on the blocking threads.
pub(super) type Parse = Arc<dyn Fn(Answer) -> Result<Page, SourceError> + Send + Sync>;

/// The content of a whole list.
#[derive(Debug, Default)]
pub(super) struct List {
    pub(super) posts: Vec<Post>,
    /// The posts' addresses at the source, if it names them.
    pub(super) listed: Vec<Listed>,
}

/// The reader of one upstream list.
#[derive(Debug)]
pub(super) struct Walk {
    client: Client,
    accept: &'static str,
    /// The most bytes of all pages together.
    max_bytes: usize,
    /// The pages of the last complete reading.
    seen: Mutex<Vec<SeenPage>>,
    /// Posts of the reading that is under way, or of the last one.
    so_far: AtomicUsize,
}

#[derive(Debug, Clone)]
struct SeenPage {
    url: Url,
    validators: Validators,
}

impl Walk {
    pub(super) fn new(client: Client, accept: &'static str, max_bytes: usize) -> Self {
        Self {
            client,
            accept,
            max_bytes,
            seen: Mutex::default(),
            so_far: AtomicUsize::new(0),
        }
    }

    /// How many posts the reading that is under way, or the last one, has.
    pub(super) fn posts_so_far(&self) -> Option<usize> {
        Some(self.so_far.load(Ordering::Relaxed)).filter(|posts| *posts > 0)
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Reads the posts of all pages from `first` on, also when nothing has changed.
    ///
    /// # Errors
    /// When one page can't be read.
    pub(super) async fn fetch(&self, first: &Url, parse: &Parse) -> Result<List, SourceError> {
        self.seen.lock().clear();
        Ok(self.read(first, parse).await?.unwrap_or_default())
    }

    /// Reads the posts of all pages from `first` on. `None` when every page of the last reading is
    /// unchanged (304). Then nothing is parsed.
    ///
    /// # Errors
    /// When one page can't be read.
    pub(super) async fn read(
        &self,
        first: &Url,
        parse: &Parse,
    ) -> Result<Option<List>, SourceError> {
        self.so_far.store(0, Ordering::Relaxed);
        let reading = tokio::time::timeout(READING_TIMEOUT, self.read_pages(first, parse));
        reading.await.unwrap_or_else(|_| {
            Err(SourceError::Unreachable(format!(
                "reading {} takes longer than {READING_TIMEOUT:?}",
                redacted(first)
            )))
        })
    }

    async fn read_pages(&self, first: &Url, parse: &Parse) -> Result<Option<List>, SourceError> {
        let budget = Budget::new(MAX_ANSWER_BYTES, self.max_bytes);
        let Some(answer) = self.first_if_changed(first, &budget).await? else {
            return Ok(None);
        };
        let site = answer.url.clone();
        let (seen, page) = parse_apart(first.clone(), answer, parse).await?;
        let mut reading = Reading::new(first, &self.so_far);
        match reading.add(seen, page) {
            More::End => {}
            More::Pages(urls) => self.read_all(urls, parse, &budget, &mut reading).await?,
            More::Next(url) => {
                self.follow(url, &site, parse, &budget, &mut reading).await?;
            }
            More::Unknown => reading.is_partial(
                "The answer says that there are more posts, but not where: this is only its first page",
            ),
        }
        *self.seen.lock() = std::mem::take(&mut reading.seen);
        Ok(Some(reading.finish()))
    }

    /// The first page; `None` when every page of the last reading is unchanged.
    async fn first_if_changed(
        &self,
        first: &Url,
        budget: &Budget,
    ) -> Result<Option<Answer>, SourceError> {
        let get = |page: SeenPage| async move {
            self.client
                .get_if_changed(&page.url, self.accept, budget, &page.validators)
                .await
        };
        let seen = self.seen.lock().clone();
        let is_conditional = seen.first().is_some_and(|page| page.url == *first)
            && seen.iter().all(|page| !page.validators.is_empty());
        let mut pages = seen.into_iter();
        let head = pages.next().filter(|_| is_conditional);
        if let Some(head) = head {
            if let Some(changed) = get(head).await? {
                return Ok(Some(changed));
            }
            let others = stream::iter(pages).map(get).buffered(CONCURRENT_PAGES);
            let changed = others.try_filter_map(async |answer| Ok(answer));
            let mut changed = std::pin::pin!(changed);
            if changed.try_next().await?.is_none() {
                return Ok(None);
            }
        }
        self.client.get(first, self.accept, budget).await.map(Some)
    }

    async fn read_all(
        &self,
        mut urls: Vec<Url>,
        parse: &Parse,
        budget: &Budget,
        reading: &mut Reading<'_>,
    ) -> Result<(), SourceError> {
        if urls.len() >= MAX_PAGES {
            reading.is_partial(&format!(
                "The list has {} pages; only the first {MAX_PAGES} are read",
                urls.len() + 1
            ));
            urls.truncate(MAX_PAGES - 1);
        }
        reading.pages = urls.len() + 1;
        let mut pages = stream::iter(urls)
            .map(|url| self.page(url, parse, budget))
            .buffered(CONCURRENT_PAGES);
        while let Some((seen, page)) = pages.try_next().await? {
            reading.add(seen, page);
            if reading.is_full() {
                break;
            }
        }
        Ok(())
    }

    /// Reads page after page, as long as each names the next one on the same site.
    async fn follow(
        &self,
        mut url: Url,
        site: &Url,
        parse: &Parse,
        budget: &Budget,
        reading: &mut Reading<'_>,
    ) -> Result<(), SourceError> {
        let mut visited = HashSet::from([site.clone()]);
        while visited.insert(url.clone()) {
            if !is_same_site(&url, site) {
                let host = url.origin().ascii_serialization();
                reading.is_partial(&format!("The next page is at {host}, which is not read"));
                return Ok(());
            }
            if visited.len() > MAX_PAGES {
                reading.is_partial(&format!("Only the first {MAX_PAGES} pages are read"));
                return Ok(());
            }
            let (seen, page) = self.page(url, parse, budget).await?;
            match reading.add(seen, page) {
                More::Next(next) if !reading.is_full() => url = next,
                _ => return Ok(()),
            }
        }
        reading.is_partial("The list leads back to a page that was read");
        Ok(())
    }

    /// Reads one more page, and waits when the upstream asks for it (429, `Retry-After`).
    async fn page(
        &self,
        url: Url,
        parse: &Parse,
        budget: &Budget,
    ) -> Result<(SeenPage, Page), SourceError> {
        let mut pauses = 0;
        let answer = loop {
            match self.client.get(&url, self.accept, budget).await {
                Err(SourceError::Busy { retry_after, .. })
                    if retry_after <= MAX_PAUSE && pauses < MAX_PAUSES =>
                {
                    pauses += 1;
                    tracing::info!(?retry_after, "The source asks to come back later");
                    tokio::time::sleep(retry_after).await;
                }
                answer => break answer?,
            }
        };
        parse_apart(url, answer, parse).await
    }
}

async fn parse_apart(
    url: Url,
    answer: Answer,
    parse: &Parse,
) -> Result<(SeenPage, Page), SourceError> {
    let validators = answer.validators();
    let parse = Arc::clone(parse);
    let parsing = tokio::task::spawn_blocking(move || parse(answer));
    let page = in_current_request(parsing).await.map_err(|error| {
        SourceError::Unusable(format!("reading the posts broke off: {error}"))
    })??;
    Ok((SeenPage { url, validators }, page))
}
