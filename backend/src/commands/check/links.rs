//! Checks where the links of posts and pages lead on this site.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use lol_html::{RewriteStrSettings, element, rewrite_str};
use shared::paths::{MEDIA_BASE, SITE_BASE, percent_decode};
use shared::route::Route;
use shared::site::Site;
use url::Url;

use crate::config::Config;
use crate::content::snapshot::Snapshot;
use crate::site::old_addresses::{self, is_served};
use crate::site::own_pages::PageSet;
use crate::site::redirects::Moved;
use crate::sources::BlogSource;

/// A base for addresses that have no host of their own.
const THIS_SITE: &str = "http://this-site.invalid";

/// A post or a page with its links.
pub(super) struct Linking<'a> {
    /// Its name in the output.
    pub(super) name: String,
    /// Its path on the site.
    pub(super) address: String,
    /// Its sanitised HTML.
    pub(super) html: &'a str,
    /// Its file, for the line numbers of links.
    pub(super) file: Option<PathBuf>,
}

/// The parts of the site that links can lead to.
pub(super) struct Targets<'a> {
    pub(super) config: &'a Config,
    pub(super) site: &'a Site,
    pub(super) pages: &'a PageSet,
    pub(super) posts: &'a Snapshot,
    pub(super) source: &'a dyn BlogSource,
}

impl Linking<'_> {
    /// The addresses of its links and pictures, as written in the HTML.
    fn links(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let collect = element!("a[href], img[src]", |element| {
            let address = element
                .get_attribute("href")
                .or_else(|| element.get_attribute("src"));
            found.insert(address.unwrap_or_default().replace("&amp;", "&"));
            Ok(())
        });
        // It can't fail: the HTML was sanitised, and `collect` returns no error.
        let _ = rewrite_str(
            self.html,
            RewriteStrSettings::new().append_element_content_handler(collect),
        );
        found
    }

    /// The path that a link leads to; none for a link to another site.
    fn path_of(&self, link: &str) -> Option<String> {
        let base = Url::parse(THIS_SITE).and_then(|site| site.join(&self.address));
        let base = base.ok()?;
        let target = base.join(link).ok()?;
        (target.origin() == base.origin()).then(|| target.path().to_owned())
    }

    /// `a.md: line 3` when the file holds the link or the file name at the link's end; else the name
    /// alone.
    fn place_of(&self, link: &str) -> String {
        let text = self.file.as_ref().map(fs::read_to_string);
        let text = text.and_then(Result::ok).unwrap_or_default();
        let file = link.rsplit('/').next().filter(|name| name.contains('.'));
        let line_of = |words: &str| text.lines().position(|line| line.contains(words));
        match line_of(link).or_else(|| line_of(file?)) {
            Some(line) => format!("{}: line {}", self.name, line + 1),
            None => self.name.clone(),
        }
    }
}

impl Targets<'_> {
    /// A line for each link that leads nowhere.
    pub(super) async fn dead_links(&self, linking: &Linking<'_>) -> Vec<String> {
        let mut dead = Vec::new();
        for link in linking.links() {
            let Some(path) = linking.path_of(&link) else {
                continue;
            };
            if path != linking.address && !self.has(&path).await {
                let place = linking.place_of(&link);
                dead.push(format!("{place}: the link to {link} leads nowhere"));
            }
        }
        dead
    }

    async fn has(&self, path: &str) -> bool {
        if let Some(media) = path.strip_prefix(&format!("{MEDIA_BASE}/")) {
            return self.source.media(&percent_decode(media)).await.is_some();
        }
        if let Some(picture) = path.strip_prefix(&format!("{SITE_BASE}/pages/")) {
            let folder = self.config.pages.as_deref();
            return folder.is_some_and(|folder| folder.join(percent_decode(picture)).is_file());
        }
        let redirects = &self.config.redirects;
        let moved = old_addresses::find(path, redirects, self.pages, self.posts);
        matches!(moved, Some(Moved::To { .. })) || self.has_page(path) || is_served(path)
    }

    /// Whether the site has a page at this path.
    pub(super) fn has_page(&self, path: &str) -> bool {
        match self.site.resolve(Route::parse(path, "q=x")) {
            Route::Blog { id } => self.posts.post(&id).is_some(),
            Route::NotFound => false,
            _ => true,
        }
    }
}
