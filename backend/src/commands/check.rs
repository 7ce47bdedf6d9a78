//! `flashblog check`: what is wrong with a site's configuration, posts and pages.

use std::collections::BTreeSet;
use std::io::Write;

use anyhow::ensure;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use shared::paths::{MEDIA_BASE, SITE_BASE, percent_decode};
use shared::route::Route;
use shared::site::Site;

use crate::config::Config;
use crate::content::old_address::encoded;
use crate::content::snapshot::Snapshot;
use crate::site::identity::Identity;
use crate::site::old_addresses::{self, is_served};
use crate::site::own_pages::PageSet;
use crate::site::profile::site_with;
use crate::site::redirects::Moved;
use crate::sources::folder::{self, Report};
use crate::sources::site_info::SiteInfo;
use crate::sources::{self, BlogSource, SourceKind, SourceOptions};

/// Reads everything once and prints what is wrong.
///
/// # Errors
/// When something is wrong, or the output can't be written.
pub fn run(config: &Config) -> anyhow::Result<()> {
    super::runtime()?.block_on(check(config))
}

async fn check(config: &Config) -> anyhow::Result<()> {
    let options = SourceOptions {
        upstream_timeout: config.settings.upstream_timeout.0,
        ghost_key: config.ghost_key.clone(),
        shows_future: config.settings.future,
    };
    let source = sources::open(&config.source, &options)?;
    let mut said = SiteInfo::default();
    let report = match &config.source {
        SourceKind::Folder(root) => folder::inspect(root)?,
        _ => {
            let reading = source.refetch().await?.unwrap_or_default();
            said = reading.site.unwrap_or_default();
            Report {
                posts: reading.posts,
                ..Report::default()
            }
        }
    };
    let pages = match &config.pages {
        Some(folder) => PageSet::read(folder)?,
        None => PageSet::of_source(&said.pages),
    };
    let mut faults = report.faults.clone();
    let mut notes = report.notes.clone();
    // The owner of a source can't always give its pages other addresses.
    let of_pages = match config.pages {
        Some(_) => &mut faults,
        None => &mut notes,
    };
    for skipped in &pages.skipped {
        of_pages.push(format!("{}: {}", skipped.file, skipped.reason));
    }
    let identity = Identity::new(&config.site, &said);
    let site = site_with(identity.words(), &pages);
    let snapshot = Snapshot::new(report.posts.clone());
    faults.extend(old_addresses::faults(
        &site,
        &config.redirects,
        &pages,
        &report.posts,
    ));
    for path in config.redirects.paths() {
        if is_page(&site, &snapshot, &encoded(path)) {
            faults.push(format!("redirects: `{path}` is a page of this site"));
        }
    }
    let texts = report
        .posts
        .iter()
        .map(|post| (format!("post {}", post.id), &post.content_html))
        .chain(
            pages
                .pages
                .iter()
                .map(|own| (format!("page {}", own.page.slug), &own.page.content_html)),
        );
    for (name, html) in texts {
        for address in links(html) {
            if !leads_somewhere(&address, config, &site, &pages, &snapshot, source.as_ref()).await {
                faults.push(format!("{name}: the link to {address} leads nowhere"));
            }
        }
    }
    let mut out = std::io::stdout();
    for post in report
        .posts
        .iter()
        .filter(|post| post.published_at.is_none())
    {
        writeln!(out, "note: post {}: no date", post.id)?;
    }
    for note in &notes {
        writeln!(out, "note: {note}")?;
    }
    for fault in &faults {
        writeln!(out, "error: {fault}")?;
    }
    let (posts, pages) = (report.posts.len(), pages.pages.len());
    writeln!(out, "{posts} posts, {pages} pages, {} errors", faults.len())?;
    ensure!(faults.is_empty(), "the site has errors");
    Ok(())
}

/// The addresses on this site that a text links to, without fragment.
fn links(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let collect = element!("a[href], img[src]", |element| {
        let address = element
            .get_attribute("href")
            .or_else(|| element.get_attribute("src"));
        let address = address.unwrap_or_default().replace("&amp;", "&");
        if address.starts_with('/') && !address.starts_with("//") {
            let path = address.split('#').next().unwrap_or_default();
            found.insert(path.to_owned());
        }
        Ok(())
    });
    // Sanitised HTML can be read.
    let _ = rewrite_str(
        html,
        RewriteStrSettings::new().append_element_content_handler(collect),
    );
    found
}

async fn leads_somewhere(
    address: &str,
    config: &Config,
    site: &Site,
    pages: &PageSet,
    posts: &Snapshot,
    source: &dyn BlogSource,
) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    if let Some(media) = path.strip_prefix(&format!("{MEDIA_BASE}/")) {
        return source.media(&percent_decode(media)).await.is_some();
    }
    if let Some(picture) = path.strip_prefix(&format!("{SITE_BASE}/pages/")) {
        let folder = config.pages.as_deref();
        return folder.is_some_and(|folder| folder.join(percent_decode(picture)).is_file());
    }
    let is_moved = old_addresses::find(path, &config.redirects, pages, posts);
    is_page(site, posts, path) || matches!(is_moved, Some(Moved::To { .. })) || is_served(path)
}

fn is_page(site: &Site, posts: &Snapshot, path: &str) -> bool {
    match site.resolve(Route::parse(path, "q=x")) {
        Route::Blog { id } => posts.post(&id).is_some(),
        Route::NotFound => false,
        _ => true,
    }
}
