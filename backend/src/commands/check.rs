//! `flashblog check`: what is wrong with a site's configuration, posts and pages.

mod links;

use std::collections::HashSet;
use std::io::Write;

use anyhow::ensure;

use self::links::{Linking, Targets};
use crate::config::Config;
use crate::content::old_address::encoded;
use crate::content::post::Post;
use crate::content::snapshot::Snapshot;
use crate::site::identity::Identity;
use crate::site::old_addresses;
use crate::site::own_pages::PageSet;
use crate::site::profile::site_with;
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
        previews: false,
    };
    let source = sources::open(&config.source, &options)?;
    let mut said = SiteInfo::default();
    let report = match &config.source {
        SourceKind::Folder(root) => folder::inspect(root)?,
        _ => {
            let reading = source.refetch().await?.unwrap_or_default();
            said = reading.site.unwrap_or_default();
            of_posts(reading.posts)
        }
    };
    let pages = match &config.pages {
        Some(folder) => PageSet::read(folder, false)?,
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
    faults.extend(undated(&report));
    let identity = Identity::new(&config.site, &said);
    let site = site_with(identity.words(), &pages);
    faults.extend(old_addresses::faults(
        &site,
        &config.redirects,
        &pages,
        &report.posts,
    ));
    let targets = Targets {
        config,
        site: &site,
        pages: &pages,
        posts: &Snapshot::new(report.posts.clone()),
        source: source.as_ref(),
    };
    for path in config.redirects.paths() {
        if targets.has_page(&encoded(path)) {
            faults.push(format!("redirects: `{path}` is a page of this site"));
        }
    }
    for linking in linking(config, &report, &pages) {
        faults.extend(targets.dead_links(&linking).await);
    }
    let mut out = std::io::stdout();
    writeln!(out, "source: {}", shown(&config.source, source.as_ref()))?;
    for note in &notes {
        writeln!(out, "note: {note}")?;
    }
    for fault in &faults {
        writeln!(out, "error: {fault}")?;
    }
    writeln!(
        out,
        "{}, {}: {}, {}",
        count(report.posts.len(), "post"),
        count(pages.pages.len(), "page"),
        count(faults.len(), "error"),
        count(report.notes.len(), "note")
    )?;
    ensure!(faults.is_empty(), "the site has errors");
    Ok(())
}

/// The source's kind and address.
fn shown(chosen: &SourceKind, source: &dyn BlogSource) -> String {
    match chosen {
        SourceKind::Embedded => chosen.address(),
        _ => format!("{} {}", source.kind(), chosen.address()),
    }
}

/// The report on the posts of a source that is no folder. Only repeated ids are faults here: the log
/// names posts that can't be read.
fn of_posts(posts: Vec<Post>) -> Report {
    let mut ids = HashSet::new();
    let again = posts.iter().filter(|post| !ids.insert(&post.id));
    let faults = again.map(|post| format!("post {}: another post has this id", post.id));
    Report {
        faults: faults.collect(),
        posts,
        ..Report::default()
    }
}

fn undated(report: &Report) -> impl Iterator<Item = String> {
    let posts = report.posts.iter();
    let undated = posts.filter(|post| post.published_at.is_none());
    undated.map(|post| {
        let name = name_of(report, post);
        match post.published_label.as_str() {
            "" => format!("{name}: no date"),
            words => format!("{name}: the date `{words}` can't be read; 2026-03-05 would fit"),
        }
    })
}

/// A post's file, else its id.
fn name_of(report: &Report, post: &Post) -> String {
    match report.files.get(&post.id) {
        Some(file) => file.clone(),
        None => format!("post {}", post.id),
    }
}

/// All posts and pages, with what their links are checked against.
fn linking<'a>(config: &Config, report: &'a Report, pages: &'a PageSet) -> Vec<Linking<'a>> {
    let posts = report.posts.iter().map(|post| {
        let file = report.files.get(&post.id);
        Linking {
            name: name_of(report, post),
            address: shared::paths::blog(&post.id),
            html: &post.content_html,
            file: match (&config.source, file) {
                (SourceKind::Folder(root), Some(file)) => Some(root.join(file)),
                _ => None,
            },
        }
    });
    let pages = pages.pages.iter().map(|own| Linking {
        name: own.file().to_owned(),
        address: format!("/{}", shared::paths::encode_segment(&own.page.slug)),
        html: &own.page.content_html,
        file: config.pages.as_ref().map(|folder| folder.join(own.file())),
    });
    posts.chain(pages).collect()
}

fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        number => format!("{number} {noun}s"),
    }
}
