//! A Ghost site, by its Content API (version 5 and later).

mod site;

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use serde_json::Value;
use url::Url;

use self::site::Settings;
use super::client::{Answer, Budget, Client, Validators};
use super::json_api::no_list;
use super::own_links::keep_links_here;
use super::records;
use super::site_info::{SiteInfo, SourcePage};
use super::walk::{List, Page, Parse, Walk, page_of_records, pages_after};
use super::{BlogSource, Reading, SourceError};
use crate::content::address::Addresses;
use crate::content::dates;
use crate::content::fields::{Fields, Person};
use crate::content::post::Post;
use crate::content::raw_post::RawPost;

/// The most bytes of all pages together.
const MAX_BYTES: usize = 256 * 1024 * 1024;
const JSON: &str = "application/json";

/// A Ghost site.
pub struct GhostSource {
    api: Url,
    key: String,
    posts: Walk,
    site: Mutex<KnownSite>,
}

/// The site's settings and pages, with the validators for asking again.
#[derive(Default, Clone)]
struct KnownSite {
    settings: Known<Settings>,
    pages: Known<Vec<SourcePage>>,
}

#[derive(Default, Clone)]
struct Known<T> {
    validators: Validators,
    value: T,
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
            posts: Walk::new(client, JSON, MAX_BYTES),
            site: Mutex::default(),
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

    fn first(&self) -> (Url, Parse) {
        let first = self.address("posts", &[("limit", "100"), ("include", "authors,tags")]);
        (first, Arc::new(|answer| parse(answer, "posts")))
    }

    /// Asks again for a document. When it can't be read, the known value stays.
    async fn renew<T: Clone>(
        &self,
        known: Known<T>,
        url: &Url,
        read: impl FnOnce(Answer) -> T,
    ) -> Known<T> {
        let client = self.posts.client();
        let budget = Budget::new(MAX_BYTES, MAX_BYTES);
        let answer = client.get_if_changed(url, JSON, &budget, &known.validators);
        match answer.await {
            Ok(Some(answer)) => Known {
                validators: answer.validators(),
                value: read(answer),
            },
            Ok(None) => known,
            Err(error) => {
                tracing::warn!("The site's settings and pages can't be read: {error}");
                known
            }
        }
    }

    /// The site's settings and pages, and whether they have changed.
    async fn site_info(&self) -> (SiteInfo, bool) {
        let before = self.site.lock().clone();
        let words = self.address("settings", &[]);
        let settings = self.renew(before.settings.clone(), &words, |answer| {
            site::settings(&records::text(answer.body))
        });
        let pages = self.address("pages", &[("limit", "100")]);
        let pages = self.renew(before.pages.clone(), &pages, site::pages);
        let now = KnownSite {
            settings: settings.await,
            pages: pages.await,
        };
        let is_changed =
            now.settings.value != before.settings.value || now.pages.value != before.pages.value;
        let Settings { words, navigation } = now.settings.value.clone();
        let pages = site::in_menu_order(now.pages.value.clone(), &navigation);
        *self.site.lock() = now;
        (SiteInfo { pages, ..words }, is_changed)
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
        let (first, parse) = self.first();
        Ok(self.posts.fetch(&first, &parse).await?.posts)
    }

    fn posts_so_far(&self) -> Option<usize> {
        self.posts.posts_so_far()
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        let (first, parse) = self.first();
        let posts = self.posts.read(&first, &parse).await?;
        let (mut site, is_changed) = self.site_info().await;
        let List { mut posts, listed } = match posts {
            Some(posts) => posts,
            None if is_changed => self.posts.fetch(&first, &parse).await?,
            None => return Ok(None),
        };
        keep_links_here(&mut posts, &listed, Some(&mut site));
        let site = Some(site);
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

/// Reads a post.
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
        address: post.text(&["url"]),
        ..RawPost::default()
    })
}

/// The tags of a post without internal ones, which begin with `#` and are for the editors only.
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

/// The post's HTML after the featured picture's caption, and a note if the rest is for members only.
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

#[cfg(test)]
mod tests;
