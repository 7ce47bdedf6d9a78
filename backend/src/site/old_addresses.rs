//! Old addresses: the rules of `[[redirects]]`, and the aliases of pages and posts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use axum::http::StatusCode;
use shared::paths::{self, MEDIA_BASE, SITE_BASE, encode_segment};
use shared::route::Route;
use shared::site::Site;

use crate::content::old_address::{OldAddress, encoded, path_key};
use crate::content::post::Post;
use crate::content::snapshot::Snapshot;
use crate::site::own_pages::PageSet;
use crate::site::profile::Profile;
use crate::site::redirects::{Moved, Redirects};
use crate::sources::{BlogSource, Media, Reading, SourceError};
use crate::telemetry::told::Told;

/// Where the content of `path` is now. `path` is percent-encoded, and no page of the site. Exact addresses
/// come before patterns.
pub fn find(path: &str, redirects: &Redirects, pages: &PageSet, posts: &Snapshot) -> Option<Moved> {
    let key = path_key(path);
    redirects
        .find_exact(&key)
        .cloned()
        .or_else(|| page_at(&key, pages))
        .or_else(|| Some(permanent(paths::blog(&posts.moved_post(&key)?.id))))
        .or_else(|| redirects.find_pattern(path))
        .or_else(|| blog_of_old_address(path))
}

fn page_at(key: &str, pages: &PageSet) -> Option<Moved> {
    let mut own = pages.pages.iter();
    let page = own.find(|page| page.old_addresses.iter().any(|old| old.path == key))?;
    Some(permanent(page_address(&page.page.slug)))
}

/// `/blog/{id}` is the address of a post in other apps for this API.
fn blog_of_old_address(path: &str) -> Option<Moved> {
    let id = path.strip_prefix("/blog/")?.trim_end_matches('/');
    let is_id = !id.is_empty() && !id.contains('/');
    is_id.then(|| permanent(format!("/blogs/{id}")))
}

fn permanent(location: String) -> Moved {
    Moved::To {
        location,
        status: StatusCode::PERMANENT_REDIRECT,
    }
}

fn page_address(slug: &str) -> String {
    format!("/{}", encode_segment(slug))
}

/// A line for each old address that has no effect.
pub fn faults(site: &Site, redirects: &Redirects, pages: &PageSet, posts: &[Post]) -> Vec<String> {
    let pages = pages.pages.iter().map(|own| {
        let slug = &own.page.slug;
        let name = format!("page {slug}");
        (name, page_address(slug), own.old_addresses.as_slice())
    });
    let mut check = Check {
        site,
        redirects,
        ids: posts.iter().map(|post| post.id.as_str()).collect(),
        taken: HashMap::new(),
        faults: Vec::new(),
    };
    for (name, address, old) in pages.chain(posts.iter().map(old_addresses_of)) {
        check.check(&name, &address, old);
    }
    check.faults
}

fn old_addresses_of(post: &Post) -> (String, String, &[OldAddress]) {
    let name = format!("post {}", post.id);
    (name, paths::blog(&post.id), &post.old_addresses)
}

struct Check<'a> {
    site: &'a Site,
    redirects: &'a Redirects,
    ids: HashSet<&'a str>,
    /// Which page or post has an old address.
    taken: HashMap<&'a str, String>,
    faults: Vec<String>,
}

impl<'a> Check<'a> {
    fn check(&mut self, name: &str, address: &str, old: &'a [OldAddress]) {
        for OldAddress { path, .. } in old {
            let taken = self.taken.get(path.as_str()).filter(|by| *by != name);
            let fault = match taken {
                _ if *path == path_key(address) => Some("leads back to itself".to_owned()),
                _ if self.is_page(path) => Some("is a page of this site".to_owned()),
                _ if is_served(path) => Some("is an address that the site needs itself".to_owned()),
                _ if self.redirects.find_exact(path).is_some() => {
                    Some("stands in [[redirects]] too, which counts".to_owned())
                }
                Some(by) => Some(format!("leads to the {by} already")),
                None => None,
            };
            match fault {
                Some(fault) => self
                    .faults
                    .push(format!("{name}: the old address `{path}` {fault}")),
                None => {
                    self.taken.insert(path, name.to_owned());
                }
            }
        }
    }

    fn is_page(&self, path: &str) -> bool {
        match self.site.resolve(Route::parse(&encoded(path), "q=x")) {
            Route::Blog { id } => self.ids.contains(id.as_str()),
            Route::NotFound => false,
            _ => true,
        }
    }
}

/// Whether every site answers this path, with or without posts.
pub fn is_served(path: &str) -> bool {
    const FILES: [&str; 11] = [
        "/api",
        "/atom.xml",
        "/error.css",
        "/favicon.svg",
        "/feed.json",
        "/feed.xml",
        "/healthz",
        "/metrics",
        "/readyz",
        "/robots.txt",
        "/sitemap.xml",
    ];
    let is_below = |folder: &str| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    FILES.contains(&path) || ["/api", MEDIA_BASE, SITE_BASE].into_iter().any(is_below)
}

/// A source that logs the old addresses of its posts that have no effect. Each is logged when it is new.
pub struct NamingOldAddresses {
    source: Arc<dyn BlogSource>,
    profile: Arc<Profile>,
    told: Told<String>,
}

impl NamingOldAddresses {
    /// The posts of `source` on the site that `profile` describes.
    pub fn new(source: Arc<dyn BlogSource>, profile: Arc<Profile>) -> Self {
        Self {
            source,
            profile,
            told: Told::default(),
        }
    }

    fn tell(&self, posts: &[Post]) {
        let view = self.profile.latest();
        let faults = faults(&view.site, &self.profile.redirects, view.pages(), posts);
        self.told.tell(
            faults,
            |fault| tracing::warn!("{fault}"),
            |more| {
                tracing::warn!(
                    "{more} more old addresses are of no use; `flashblog check` names all"
                )
            },
        );
    }
}

#[async_trait]
impl BlogSource for NamingOldAddresses {
    fn kind(&self) -> &'static str {
        self.source.kind()
    }

    fn is_remote(&self) -> bool {
        self.source.is_remote()
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let posts = self.source.fetch().await?;
        self.tell(&posts);
        Ok(posts)
    }

    fn posts_so_far(&self) -> Option<usize> {
        self.source.posts_so_far()
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        let reading = self.source.refetch().await?;
        if let Some(reading) = &reading {
            self.tell(&reading.posts);
        }
        Ok(reading)
    }

    async fn media(&self, path: &str) -> Option<Media> {
        self.source.media(path).await
    }
}
