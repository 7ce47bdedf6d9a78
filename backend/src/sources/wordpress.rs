//! A WordPress site, by its REST API (`wp/v2`).
//!
//! An unchanged site costs two small requests: how many posts and pages there are, and when the last of
//! them was modified. WordPress itself sends no validators for lists.

mod posts;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde_json::Value;
use url::Url;

use super::client::{Answer, Budget, Client, is_same_site, redacted};
use super::json_api::no_list;
use super::own_links::keep_links_here;
use super::records;
use super::site_info::SiteInfo;
use super::walk::{List, MAX_ANSWER_BYTES, Page, Parse, Walk, page_of_records, pages_after};
use super::{BlogSource, Reading, SourceError};
use crate::content::fields::Fields;
use crate::content::post::Post;

/// The relation of a site's API (WordPress REST API handbook, "Discovery").
pub(super) const API_RELATION: &str = "https://api.w.org/";
/// The most bytes of all pages together: 10,000 posts of 25 kB.
const MAX_BYTES: usize = 256 * 1024 * 1024;
/// After this many checks the whole site is read, since a renamed author or category changes no post.
const CHECKS_PER_READING: u32 = 60;
const JSON: &str = "application/json";
/// `_fields` leaves out what plugins add, which is often more than the posts.
const POST_FIELDS: &str =
    "id,slug,link,status,sticky,date,date_gmt,title,excerpt,content,_links,_embedded";
const PAGE_FIELDS: &str = "id,slug,link,status,modified_gmt,title,excerpt,content,parent";

/// A WordPress site.
#[derive(Debug)]
pub struct WordPressSource {
    site: Url,
    client: Client,
    posts: Walk,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Where the API is, once it was found.
    api: Option<Url>,
    last: Option<Fingerprint>,
    site: SiteInfo,
    checks: u32,
}

/// Changes when a post or a page is published, edited or deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fingerprint(Vec<(Option<String>, Vec<u8>)>);

impl WordPressSource {
    /// Sets up the HTTP client and sends nothing. `timeout` bounds one request.
    ///
    /// # Errors
    /// When no HTTP client can be set up.
    pub fn new(site: Url, timeout: Duration) -> Result<Self, SourceError> {
        let client = Client::new(&site, timeout)?;
        Ok(Self::with_client(site, client, None))
    }

    /// A source whose API is at `api`. `None` finds it at the first reading.
    pub(super) fn with_client(site: Url, client: Client, api: Option<Url>) -> Self {
        Self {
            site,
            posts: Walk::new(client.clone(), JSON, MAX_BYTES),
            client,
            state: Mutex::new(State {
                api,
                ..State::default()
            }),
        }
    }

    async fn api(&self) -> Result<Url, SourceError> {
        if let Some(api) = self.state.lock().api.clone() {
            return Ok(api);
        }
        let api = if self.site.as_str().contains("/wp-json") {
            self.site.clone()
        } else {
            let home = self.client.get(&self.site, "text/html", &budget()).await?;
            find_api(&home)?
        };
        self.state.lock().api = Some(api.clone());
        Ok(api)
    }

    async fn fingerprint(&self, api: &Url) -> Result<Fingerprint, SourceError> {
        let mut parts = Vec::new();
        for kind in ["posts", "pages"] {
            let newest = [
                ("per_page", "1"),
                ("orderby", "modified"),
                ("_fields", "id,modified_gmt"),
            ];
            let url = route(api, &format!("wp/v2/{kind}"), &newest);
            match self.client.get(&url, JSON, &budget()).await {
                Ok(answer) => {
                    let total = answer.header("x-wp-total").map(str::to_owned);
                    parts.push((total, answer.body));
                }
                // Some sites don't serve their pages by the API.
                Err(SourceError::Unreachable(_)) if kind == "pages" => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Fingerprint(parts))
    }

    async fn posts(&self, api: &Url) -> Result<List, SourceError> {
        let parameters = [
            ("per_page", "100"),
            ("_embed", "author,wp:featuredmedia,wp:term"),
            ("_fields", POST_FIELDS),
        ];
        let first = route(api, "wp/v2/posts", &parameters);
        let parse: Parse = Arc::new(|answer| parse(answer, posts::raw_post));
        // The fingerprint has changed, so all pages are read.
        self.posts.fetch(&first, &parse).await
    }

    /// The site's name, description, icon and pages. When one can't be read, its last value stays. A site
    /// that never serves it is shown without it.
    async fn site_info(&self, api: &Url) -> SiteInfo {
        let before = self.state.lock().site.clone();
        let root = route(api, "", &[("_fields", "name,description,site_icon_url")]);
        let words = match self.client.get(&root, JSON, &budget()).await {
            Ok(answer) => posts::site_words(&records::text(answer.body)),
            Err(error) => {
                tracing::warn!("The site's name can't be read: {error}");
                before.clone()
            }
        };
        let parameters = [
            ("per_page", "100"),
            ("orderby", "menu_order"),
            ("order", "asc"),
            ("_fields", PAGE_FIELDS),
        ];
        let pages = route(api, "wp/v2/pages", &parameters);
        let pages = match self.client.get(&pages, JSON, &budget()).await {
            Ok(answer) => posts::site_pages(answer),
            Err(error) => {
                tracing::warn!("The site's pages can't be read: {error}");
                before.pages
            }
        };
        let site = SiteInfo { pages, ..words };
        self.state.lock().site.clone_from(&site);
        site
    }

    async fn read(&self, only_if_changed: bool) -> Result<Option<Reading>, SourceError> {
        let api = self.api().await?;
        let now = self.fingerprint(&api).await?;
        {
            let mut state = self.state.lock();
            state.checks += 1;
            let is_due = state.checks.is_multiple_of(CHECKS_PER_READING);
            if only_if_changed && !is_due && state.last.as_ref() == Some(&now) {
                return Ok(None);
            }
        }
        let List { mut posts, listed } = self.posts(&api).await?;
        let mut site = self.site_info(&api).await;
        keep_links_here(&mut posts, &listed, Some(&mut site));
        self.state.lock().last = Some(now);
        let site = Some(site);
        Ok(Some(Reading { posts, site }))
    }
}

#[async_trait]
impl BlogSource for WordPressSource {
    fn kind(&self) -> &'static str {
        "wordpress"
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let reading = self.read(false).await?;
        Ok(reading.map(|reading| reading.posts).unwrap_or_default())
    }

    fn posts_so_far(&self) -> Option<usize> {
        self.posts.posts_so_far()
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        self.read(true).await
    }
}

fn budget() -> Budget {
    Budget::new(MAX_ANSWER_BYTES, MAX_ANSWER_BYTES)
}

/// The address of a site's API: from its home page's `Link` header, else `/wp-json/`.
///
/// # Errors
/// When it is on another host.
fn find_api(home: &Answer) -> Result<Url, SourceError> {
    let named = home.link(API_RELATION);
    let api = match named.or_else(|| home.url.join("wp-json/").ok()) {
        Some(api) => api,
        None => home.url.clone(),
    };
    if is_same_site(&api, &home.url) {
        return Ok(api);
    }
    Err(SourceError::Unusable(format!(
        "the site's API is on another host; give wordpress:{} as the source",
        redacted(&api)
    )))
}

/// An address of the API. Without pretty permalinks the route is a parameter of the site's address.
fn route(api: &Url, path: &str, parameters: &[(&str, &str)]) -> Url {
    let mut url = api.clone();
    let others: Vec<(String, String)> = api
        .query_pairs()
        .map(|(name, value)| match name.as_ref() {
            "rest_route" => (
                name.into(),
                format!("{}/{path}", value.trim_end_matches('/')),
            ),
            _ => (name.into(), value.into()),
        })
        .collect();
    if !others.iter().any(|(name, _)| name == "rest_route") {
        url.set_path(&format!("{}/{path}", api.path().trim_end_matches('/')));
    }
    url.query_pairs_mut()
        .clear()
        .extend_pairs(others)
        .extend_pairs(parameters);
    url
}

/// Makes posts of one answer of the API. The header says how many pages there are.
fn parse(
    mut answer: Answer,
    raw_post: impl Fn(
        Fields<'_>,
        &Arc<dyn crate::content::address::Addresses>,
    ) -> Option<crate::content::raw_post::RawPost>,
) -> Result<Page, SourceError> {
    let text = records::text(std::mem::take(&mut answer.body));
    let list = records::list(&text, &[], &[]).map_err(|error| no_list(error, &answer))?;
    let mut page = page_of_records(&list.records, &answer.url, raw_post);
    let last = answer
        .header("x-wp-totalpages")
        .and_then(|n| n.parse().ok());
    let is_first = !answer.url.query_pairs().any(|(name, _)| name == "page");
    if let Some(last) = last.filter(|_| is_first) {
        page.more = pages_after(&answer.url, 1, last);
    }
    Ok(page)
}

/// Whether a document is the entry of a WordPress API.
pub(super) fn is_api_root(document: &Value) -> bool {
    let namespaces = document.get("namespaces").and_then(Value::as_array);
    namespaces.is_some_and(|names| names.iter().any(|name| name == "wp/v2"))
}

#[cfg(test)]
mod tests;
