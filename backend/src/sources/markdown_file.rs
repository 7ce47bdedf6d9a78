//! A Markdown file as a post: its fields come from its front matter, its name and its folder.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use unicode_normalization::UnicodeNormalization;

use crate::content::address::Addresses;
use crate::content::dates::{self, Published};
use crate::content::fields::Person;
use crate::content::front_matter::{self, FrontMatterError};
use crate::content::html;
use crate::content::mark::Mark;
use crate::content::markdown::{self, Flavour};
use crate::content::old_address::OldAddress;
use crate::content::post::Post;
use crate::content::raw_post::{Anchors, NotAPost, RawPost};
use crate::content::record::{Record, Visibility};

/// Jekyll's folder of drafts.
pub(super) const DRAFTS: &str = "_drafts";

/// A blog's table of authors: people by the keys that posts use.
pub(super) type Authors = HashMap<String, Person>;

/// A file, read but not rendered.
#[derive(Debug)]
pub(super) struct MarkdownFile {
    /// The path below the folder of posts, with `/` on every platform.
    pub(super) path: String,
    pub(super) record: Record,
    /// Why it is not public, in a preview.
    pub(super) mark: Option<Mark>,
    body: String,
}

/// A file, rendered.
#[derive(Debug)]
pub(super) struct RenderedFile {
    pub(super) post: Post,
    /// Where links to the post's parts lead.
    pub(super) anchors: Anchors,
    /// The kinds of template tags that are left as code.
    pub(super) unread: BTreeSet<String>,
    /// Whether only the file's name gives it a title.
    pub(super) is_untitled: bool,
}

impl MarkdownFile {
    /// # Errors
    /// When the front matter can't be read.
    pub(super) fn parse(path: String, text: &str) -> Result<Self, FrontMatterError> {
        let document = front_matter::split(text)?;
        Ok(Self {
            path,
            record: document.record,
            mark: None,
            body: document.body.to_owned(),
        })
    }

    /// A post in place of a file that can't be read. It says why, and has the file's `slug` if that is
    /// known.
    pub(super) fn broken(path: String, slug: Option<String>, reason: &str) -> Self {
        let told = format!("{path}: {reason}");
        let summary = told.replace('&', "&amp;").replace('<', "&lt;");
        Self {
            record: Record {
                title: Some(format!("{path} can’t be read")),
                summary: Some(summary),
                slug,
                ..Record::default()
            },
            mark: Some(Mark::Error),
            body: format!(
                "The post is here again when the file can be read.\n\n~~~~~~\n{told}\n~~~~~~\n"
            ),
            path,
        }
    }

    /// Why the post is not public at this time. `None` when it is.
    pub(super) fn mark_at(&self, now: Timestamp) -> Option<Mark> {
        let is_in_drafts = self.path.split('/').any(|folder| folder == DRAFTS);
        if is_in_drafts || self.record.visibility == Visibility::Hidden {
            return Some(Mark::Draft);
        }
        if self.is_public_at(now) {
            return None;
        }
        let published = self.published();
        let from = self.record.public_from.or(published.map(|date| date.at));
        let from = from.filter(|from| *from > now);
        Some(from.map_or(Mark::Expired, |from| {
            let date = published.filter(|date| date.at == from);
            Mark::Scheduled(date.unwrap_or_else(|| Published::at(from)).label())
        }))
    }

    /// The id that the post should have: its slug, else the file's name without the ending.
    pub(super) fn preferred_id(&self) -> String {
        let slug = self.record.slug.as_deref().unwrap_or_default();
        let words: Vec<&str> = slug
            .split('/')
            .filter(|word| !word.trim().is_empty())
            .collect();
        let id = if words.is_empty() {
            self.name().to_owned()
        } else {
            words.join("-")
        };
        id.nfc().collect()
    }

    /// An id that few other files have: its whole path in one word.
    pub(super) fn path_id(&self) -> String {
        without_ending(&self.path).replace('/', "-").nfc().collect()
    }

    /// Whether the file has this name, without its ending.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name().nfc().eq(name.chars())
    }

    /// Whether the post is public by the dates of its front matter, else by the date in its name.
    pub(super) fn is_public_at(&self, now: Timestamp) -> bool {
        let is_dated = self.record.public_from.is_some();
        self.record.is_public_at(now)
            && (is_dated || self.published().is_none_or(|published| published.at <= now))
    }

    /// The post, rendered.
    ///
    /// # Errors
    /// When it would take too much work.
    pub(super) fn into_post(
        self,
        id: String,
        authors: &Authors,
        addresses: &Arc<dyn Addresses>,
    ) -> Result<RenderedFile, NotAPost> {
        let published = self.published();
        let name_as_title = self.name_as_title();
        let flavour = if self.path.ends_with(".mdx") {
            Flavour::Mdx
        } else {
            Flavour::Markdown
        };
        let record = self.record;
        let (folder, _) = self.path.rsplit_once('/').unwrap_or_default();
        let rendered = markdown::render(&self.body, record.title.as_deref(), flavour)?;
        let title = record.title.or(rendered.heading);
        let is_untitled = title.is_none();
        let opening = rendered
            .opening_html
            .and_then(|opening| html::sanitise(&opening, addresses).ok())
            .map(|opening| opening.prose);
        let raw = RawPost {
            id: Some(id),
            title: Some(title.unwrap_or(name_as_title)),
            subtitle: record
                .subtitle
                .or_else(|| record.team.map(|team| format!("On behalf of {team}"))),
            // Some blogs write the date as the description for search engines. The text is a better
            // summary.
            summary: record
                .summary
                .filter(|summary| dates::parse(summary).is_none())
                .or(opening),
            category: record.category,
            authors: bylines(record.authors, record.author_avatar, authors),
            featured_image: record.image,
            published,
            date_words: record.date_words,
            html: rendered.html,
            tags: record.tags,
            old_addresses: OldAddress::all(&record.aliases, folder),
            unlisted: record.visibility == Visibility::Unlisted,
            ..RawPost::default()
        };
        let (mut post, anchors) = raw.finish_with_anchors(addresses)?;
        post.mark = self.mark;
        Ok(RenderedFile {
            post,
            anchors,
            unread: rendered.unread,
            is_untitled,
        })
    }

    /// The file's name without its ending. `index.md` has the name of its folder.
    fn name(&self) -> &str {
        let mut segments = without_ending(&self.path).rsplit('/');
        match (segments.next(), segments.next()) {
            (Some("index"), Some(folder)) => folder,
            (Some(name), _) => name,
            (None, _) => &self.path,
        }
    }

    /// The front matter's date, else the date in its `path`, else the date that the file's name begins
    /// with, else the date in the names of its folders.
    fn published(&self) -> Option<Published> {
        self.record
            .published
            .or_else(|| date_in_path(self.record.path.as_deref()?))
            .or_else(|| split_date(self.name()).0)
            .or_else(|| date_in_path(&self.path))
    }

    /// `2024-03-hello_world` → `Hello world`.
    fn name_as_title(&self) -> String {
        let (_, name) = split_date(self.name());
        let words = name.replace(['-', '_'], " ");
        let mut letters = words.trim().chars();
        let Some(first) = letters.next() else {
            return self.name().to_owned();
        };
        first.to_uppercase().chain(letters).collect()
    }
}

fn without_ending(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

/// Splits `2024-03-05-` or `2024-03-` off the beginning of a name.
fn split_date(name: &str) -> (Option<Published>, &str) {
    let mut parts = name.splitn(4, '-');
    let (Some(year), Some(month)) = (
        parts.next().and_then(year),
        parts.next().and_then(two_digits),
    ) else {
        return (None, name);
    };
    let rest = name.get("2024-03-".len()..).unwrap_or_default();
    if let Some(date) = parts
        .next()
        .and_then(two_digits)
        .and_then(|day| Published::on_day(year, month, day))
    {
        return (Some(date), rest.get("05-".len()..).unwrap_or_default());
    }
    match Published::in_month(year, month) {
        Some(date) => (Some(date), rest),
        None => (None, name),
    }
}

/// Finds `2014/12/12` among the segments of a path.
fn date_in_path(path: &str) -> Option<Published> {
    let segments: Vec<&str> = path.split('/').collect();
    segments.windows(3).find_map(|window| {
        let &[y, m, d] = window else { return None };
        Published::on_day(year(y)?, two_digits(m)?, two_digits(d)?)
    })
}

fn year(text: &str) -> Option<i16> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn two_digits(text: &str) -> Option<i8> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// The authors of a post. A name that is a key of the table of authors becomes that author.
fn bylines(named: Vec<Person>, avatar: Option<String>, authors: &Authors) -> Vec<Person> {
    let mut people: Vec<Person> = named
        .into_iter()
        .map(|person| {
            let known = person
                .name
                .as_ref()
                .and_then(|name| authors.get(name.trim()));
            known.cloned().unwrap_or(person)
        })
        .collect();
    if let Some(avatar) = avatar {
        match people.first_mut() {
            Some(first) => first.picture = Some(avatar),
            None => people.push(Person {
                name: None,
                picture: Some(avatar),
            }),
        }
    }
    people
}

#[cfg(test)]
mod tests;
