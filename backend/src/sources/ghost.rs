//! A Ghost site, by its Content API (version 5 and later).

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use url::Url;

use super::client::{Answer, Client, without_secrets};
use super::json_api::no_list;
use super::records;
use super::site_info::{SiteInfo, SitePage};
use super::walk::{Page, Parse, Walk, page_of_records, pages_after};
use super::{BlogSource, Reading, SourceError};
use crate::content::address::Addresses;
use crate::content::dates;
use crate::content::fields::{Fields, Person};
use crate::content::html;
use crate::content::post::{Post, RawPost};

/// The most bytes of all pages together.
const MAX_BYTES: usize = 256 * 1024 * 1024;
const JSON: &str = "application/json";

/// A Ghost site.
pub struct GhostSource {
    api: Url,
    key: String,
    posts: Walk,
    pages: Walk,
}

impl GhostSource {
    /// Sets up the HTTP client and sends nothing. `key` is a Content API key, `timeout` bounds one request.
    ///
    /// # Errors
    /// When no HTTP client can be set up.
    pub fn new(site: &Url, key: String, timeout: Duration) -> Result<Self, SourceError> {
        let client = Client::new(site, timeout)?;
        let mut api = site.clone();
        api.set_path(&format!(
            "{}/ghost/api/content/",
            site.path().trim_end_matches('/')
        ));
        Ok(Self {
            api,
            key,
            posts: Walk::new(client.clone(), JSON, MAX_BYTES),
            pages: Walk::new(client, JSON, MAX_BYTES),
        })
    }

    fn address(&self, what: &str, parameters: &[(&str, &str)]) -> Url {
        let mut url = self.api.clone();
        url.set_path(&format!("{}{what}/", self.api.path()));
        url.query_pairs_mut()
            .append_pair("key", &self.key)
            .extend_pairs(parameters);
        url
    }

    async fn read_posts(&self) -> Result<Option<Vec<Post>>, SourceError> {
        let first = self.address("posts", &[("limit", "100"), ("include", "authors,tags")]);
        let parse: Parse = Arc::new(|answer| parse(answer, "posts"));
        self.posts.read(&first, &parse).await
    }

    /// The site's words and pages. A site that hides them is shown without.
    async fn site_info(&self) -> SiteInfo {
        let budget = super::client::Budget::new(MAX_BYTES, MAX_BYTES);
        let settings = self.address("settings", &[]);
        let mut info = match self.posts.client().get(&settings, JSON, &budget).await {
            Ok(answer) => settings_of(&records::text(answer.body)),
            Err(error) => {
                tracing::warn!("The site's settings can't be read: {error}");
                SiteInfo::default()
            }
        };
        let pages = self.address("pages", &[("limit", "100")]);
        match self.pages.client().get(&pages, JSON, &budget).await {
            Ok(answer) => info.pages = site_pages(answer),
            Err(error) => tracing::warn!("The site's pages can't be read: {error}"),
        }
        info
    }
}

#[async_trait]
impl BlogSource for GhostSource {
    fn kind(&self) -> &'static str {
        "ghost"
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        self.posts.forget();
        Ok(self.read_posts().await?.unwrap_or_default())
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        let Some(posts) = self.read_posts().await? else {
            return Ok(None);
        };
        let site = Some(self.site_info().await);
        Ok(Some(Reading { posts, site }))
    }
}

fn parse(mut answer: Answer, list_name: &str) -> Result<Page, SourceError> {
    let text = records::text(std::mem::take(&mut answer.body));
    let list =
        records::list(&text, &[list_name], &["meta"]).map_err(|error| no_list(error, &answer))?;
    let mut page = page_of_records(&list.records, &answer.url, raw_post);
    page.left_out = list.left_out;
    let pagination = Fields(&list.fields)
        .record("meta")
        .and_then(|meta| meta.record("pagination"));
    let number = |name: &str| -> Option<u64> { pagination?.text(&[name])?.parse().ok() };
    if let (Some(current), Some(last), Some(_)) = (number("page"), number("pages"), number("next"))
    {
        page.more = pages_after(&answer.url, current, last);
    }
    Ok(page)
}

/// Takes a post apart.
fn raw_post(post: Fields<'_>, _: &Arc<dyn Addresses>) -> Option<RawPost> {
    let primary = post
        .record("primary_tag")
        .and_then(|tag| tag.text(&["name"]))
        .filter(|name| !name.starts_with('#'));
    let tags: Vec<String> = public_tags(post);
    let date = post.text(&["published_at", "created_at"]);
    Some(RawPost {
        id: post.text(&["slug", "id"]),
        title: post.text(&["title"]),
        summary: post.text(&["custom_excerpt", "excerpt"]),
        category: primary.clone().or_else(|| tags.first().cloned()),
        authors: authors(post),
        featured_image: post.text(&["feature_image"]),
        published: date.as_deref().and_then(dates::parse),
        date_words: date,
        html: content(post),
        tags: tags
            .into_iter()
            .filter(|tag| Some(tag) != primary.as_ref())
            .collect(),
        ..RawPost::default()
    })
}

/// Internal tags begin with `#` and are for the editors only.
fn public_tags(post: Fields<'_>) -> Vec<String> {
    let tags = post.0.get("tags").and_then(Value::as_array);
    let tags = tags.into_iter().flatten().filter_map(Value::as_object);
    tags.map(Fields)
        .filter(|tag| {
            tag.text(&["visibility"])
                .is_none_or(|word| word == "public")
        })
        .filter_map(|tag| tag.text(&["name"]))
        .filter(|name| !name.starts_with('#'))
        .collect()
}

fn authors(post: Fields<'_>) -> Vec<Person> {
    let authors = post.0.get("authors").and_then(Value::as_array);
    let authors = authors.into_iter().flatten().filter_map(Value::as_object);
    authors
        .map(Fields)
        .map(|author| Person {
            name: author.text(&["name"]),
            picture: author.text(&["profile_image"]),
        })
        .collect()
}

/// The post's HTML, with the featured picture's caption before it, and a note where the rest is for
/// members only.
fn content(post: Fields<'_>) -> String {
    let mut html = String::new();
    if let Some(caption) = post.text(&["feature_image_caption"]) {
        let _ = write!(html, "<p><small>{caption}</small></p>");
    }
    html.push_str(&post.text(&["html"]).unwrap_or_default());
    let is_locked = post.0.get("access").and_then(Value::as_bool) == Some(false);
    if is_locked {
        let members = match post.text(&["visibility"]).as_deref() {
            Some("paid" | "tiers") => "paying members",
            _ => "members",
        };
        let note = format!("The rest of this post is for {members}.");
        match post.text(&["url"]) {
            Some(url) if !url.contains(['"', '<', '&']) => {
                let _ = write!(
                    html,
                    "<p><em>{note}</em> <a href=\"{url}\">Read it at its home</a></p>"
                );
            }
            _ => {
                let _ = write!(html, "<p><em>{note}</em></p>");
            }
        }
    }
    html
}

fn settings_of(text: &str) -> SiteInfo {
    let settings: Value = serde_json::from_str(text).unwrap_or_default();
    let Some(settings) = settings.get("settings").and_then(Value::as_object) else {
        return SiteInfo::default();
    };
    let settings = Fields(settings);
    SiteInfo {
        title: settings.text(&["title"]),
        description: settings.text(&["description"]),
        language: settings.text(&["locale", "lang"]),
        pages: Vec::new(),
    }
}

fn site_pages(mut answer: Answer) -> Vec<SitePage> {
    let text = records::text(std::mem::take(&mut answer.body));
    let Ok(list) = records::list(&text, &["pages"], &[]) else {
        return Vec::new();
    };
    let addresses: Arc<dyn Addresses> = Arc::new(without_secrets(&answer.url));
    let records = list
        .records
        .iter()
        .filter_map(|raw| records::record(raw).ok());
    records
        .filter_map(|record| site_page(Fields(&record), &addresses))
        .collect()
}

fn site_page(page: Fields<'_>, addresses: &Arc<dyn Addresses>) -> Option<SitePage> {
    let safe = html::sanitise(&content(page), addresses).ok()?;
    let updated = page.text(&["updated_at"]);
    Some(SitePage {
        slug: page.text(&["slug"])?,
        title: page.text(&["title"])?,
        description: page.text(&["custom_excerpt"]).unwrap_or_default(),
        content_html: safe.html,
        headings: safe.headings,
        updated_at: updated
            .as_deref()
            .and_then(dates::parse)
            .map(|updated| updated.at.to_string()),
    })
}

#[cfg(test)]
mod tests;
