//! The fields of a post under the names that generators give them, in front matter and JSON.

use jiff::Timestamp;

use super::dates::Published;
use super::fields::{Fields, Person};
use super::html;
use super::old_address::OldAddress;
use super::raw_post::RawPost;

const SUMMARY: [&str; 4] = ["summary", "description", "excerpt", "custom_excerpt"];
const TAGS: [&str; 4] = ["tags", "tag", "tag_list", "tagList"];
const AUTHORS: [&str; 3] = ["user", "author", "authors"];
const IMAGE: [&str; 14] = [
    "featured_image",
    "featuredImage",
    "image",
    "cover_image",
    "coverImage",
    "cover",
    "heroImage",
    "hero",
    "feature_image",
    "image_url",
    "images",
    "thumbnail",
    "banner",
    "featured_media_url",
];
/// The date of a post, best first. The date of the last change is used only without another.
const DATE: [&str; 22] = [
    "date",
    "published_at",
    "publishedAt",
    "published",
    "pubDate",
    "pub_date",
    "publishDate",
    "publish_date",
    "date_published",
    "datePublished",
    "publishedDate",
    "published_date",
    "created_at",
    "createdAt",
    "created",
    "posted",
    "lastmod",
    "updated",
    "updated_at",
    "updatedAt",
    "updatedDate",
    "modified",
];
/// A post is not public before the first of these dates that can be parsed.
const PUBLIC_FROM: [&str; 8] = [
    "publishDate",
    "publish_date",
    "pubDate",
    "pub_date",
    "published_at",
    "publishedAt",
    "published",
    "date",
];
/// A post is public only before the first of these dates that can be parsed.
const PUBLIC_UNTIL: [&str; 6] = [
    "expiryDate",
    "expiry_date",
    "expires",
    "expires_at",
    "unpublishDate",
    "unpublish_date",
];
/// Where an item of a list may hold its text. A `description` is the text only without another field.
const TEXT: [&str; 7] = [
    "main_content",
    "content_html",
    "content",
    "body_html",
    "html",
    "body",
    "description",
];

/// Where a post is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Visibility {
    /// It is in lists, feeds and the search.
    #[default]
    Public,
    /// It can be opened by its address and is in no list.
    Unlisted,
    /// Nowhere: a draft, a private post, a post for members.
    Hidden,
}

/// The fields of a post as its record states them. Unknown fields are ignored: each blog has its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// `id`
    pub id: Option<String>,
    /// `title`
    pub title: Option<String>,
    /// `subtitle`
    pub subtitle: Option<String>,
    /// `slug`
    pub slug: Option<String>,
    /// Plain text or HTML.
    pub summary: Option<String>,
    /// `category`, or the first of `categories`
    pub category: Option<String>,
    /// Spellings that differ only in letter case, accents or width are one tag.
    pub tags: Vec<String>,
    /// A name may be a key into the blog's table of authors.
    pub authors: Vec<Person>,
    /// `author_avatar`
    pub author_avatar: Option<String>,
    /// The first date that can be parsed.
    pub published: Option<Published>,
    /// The text of the first date, as the record writes it.
    pub date_words: Option<String>,
    /// An address of any kind.
    pub image: Option<String>,
    /// Whether it says that it is a draft, or in no list.
    pub visibility: Visibility,
    /// When it becomes public, if it says so.
    pub public_from: Option<Timestamp>,
    /// When it ceases to be public.
    pub public_until: Option<Timestamp>,
    /// `menu`: the place of a page in the site's menu.
    pub menu: Option<f64>,
    /// Old addresses: `aliases`, and `redirect_from`, which Jekyll reads from the site's root.
    pub aliases: Vec<String>,
    /// `path`, the post's address on its own site (Zola), which may contain the date.
    pub path: Option<String>,
    /// `[extra] team`, for whom it was written (the Rust blog).
    pub team: Option<String>,
}

impl Record {
    /// Reads all known fields.
    pub fn read(fields: Fields<'_>) -> Self {
        // Zola keeps tags and categories in a table of their own.
        let taxonomies = fields.record("taxonomies");
        let mut tags = fields.names(&TAGS);
        if tags.is_empty() {
            tags = taxonomies
                .map(|table| table.names(&TAGS))
                .unwrap_or_default();
        }
        let (published, date_words) = fields.date(&DATE);
        let moment = |names: &[&str]| fields.date(names).0.map(|date| date.at);
        Self {
            id: fields.text(&["id"]),
            title: fields.text(&["title"]),
            subtitle: fields.text(&["subtitle", "sub_title"]),
            slug: fields.text(&["slug"]),
            summary: fields.text(&SUMMARY),
            category: fields
                .name(&["category", "categories"])
                .or_else(|| taxonomies?.name(&["categories"])),
            tags,
            authors: authors(fields),
            author_avatar: fields.address(&["author_avatar"]),
            published,
            date_words,
            image: fields.address(&IMAGE),
            visibility: visibility(fields),
            public_from: moment(&PUBLIC_FROM),
            public_until: moment(&PUBLIC_UNTIL),
            menu: fields.text(&["menu"]).and_then(|place| place.parse().ok()),
            aliases: aliases(fields),
            path: fields.text(&["path"]),
            team: fields
                .record("extra")
                .and_then(|extra| extra.text(&["team"])),
        }
    }

    /// Whether the post is public at this moment, by its dates.
    pub fn is_public_at(&self, now: Timestamp) -> bool {
        self.public_from.is_none_or(|from| from <= now)
            && self.public_until.is_none_or(|until| now < until)
    }

    /// An item of a list as a post; `None` when it is not public. Its text may be plain or HTML.
    pub fn item(fields: Fields<'_>) -> Option<RawPost> {
        let text_field = TEXT.into_iter().find(|name| fields.text(&[name]).is_some());
        let summaries: Vec<&str> = SUMMARY
            .into_iter()
            .filter(|name| Some(*name) != text_field)
            .collect();
        let record = Self::read(fields);
        if record.visibility == Visibility::Hidden {
            return None;
        }
        Some(RawPost {
            id: record.id.or(record.slug),
            title: record.title,
            subtitle: record.subtitle,
            summary: fields.text(&summaries),
            category: record.category,
            authors: record.authors,
            featured_image: record.image,
            published: record.published,
            date_words: record.date_words,
            html: text_field
                .and_then(|name| fields.text(&[name]))
                .map(html::from_text)
                .unwrap_or_default(),
            tags: record.tags,
            old_addresses: OldAddress::all(&record.aliases, ""),
            unlisted: record.visibility == Visibility::Unlisted,
            ..RawPost::default()
        })
    }
}

fn aliases(fields: Fields<'_>) -> Vec<String> {
    let mut aliases = fields.all_texts(&["aliases"]);
    let from_root = fields.all_texts(&["redirect_from"]).into_iter();
    aliases.extend(from_root.map(|address| {
        let is_from_root = address.starts_with('/') || address.contains("://");
        let slash = if is_from_root { "" } else { "/" };
        format!("{slash}{address}")
    }));
    aliases
}

/// The first field that names an author; else the first that has a picture.
fn authors(fields: Fields<'_>) -> Vec<Person> {
    let found = || AUTHORS.iter().map(|name| fields.people(&[name]));
    let is_named = |people: &Vec<Person>| people.iter().any(|person| person.name.is_some());
    let mut people = found()
        .find(|people| !people.is_empty())
        .unwrap_or_default();
    if !is_named(&people) {
        people.extend(found().find(is_named).unwrap_or_default());
    }
    people
}

/// Reads the fields with which Hugo, Jekyll, Hexo, Zola, Astro, Eleventy, Pelican, Docusaurus, WordPress,
/// Ghost, dev.to and Zenn mark a post that is not public.
fn visibility(fields: Fields<'_>) -> Visibility {
    const ON_HIDES: [&str; 6] = [
        "draft",
        "is_draft",
        "isDraft",
        "private",
        "is_private",
        "isPrivate",
    ];
    const OFF_HIDES: [&str; 8] = [
        "published",
        "publish",
        "is_published",
        "isPublished",
        "public",
        "is_public",
        "dg-publish",
        "permalink",
    ];
    const ON_UNLISTS: [&str; 3] = ["unlisted", "hidden", "eleventyExcludeFromCollections"];
    const STATUS: [&str; 4] = ["status", "post_status", "state", "visibility"];

    let build = fields.record("build").or_else(|| fields.record("_build"));
    let build = |name: &str| build.and_then(|build| build.text(&[name]));
    let words: Vec<String> = STATUS
        .iter()
        .filter_map(|name| fields.text(&[name]))
        .map(|word| word.trim().to_ascii_lowercase())
        .collect();
    let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let hidden = ON_HIDES
        .iter()
        .any(|name| fields.switch(name) == Some(true))
        || OFF_HIDES
            .iter()
            .any(|name| fields.switch(name) == Some(false))
        || fields.text(&["password"]).is_some()
        || build("render").is_some_and(|word| word == "never")
        || says(&[
            "draft",
            "auto-draft",
            "private",
            "pending",
            "future",
            "scheduled",
            "unpublished",
            "trash",
            "archived",
            "members",
            "paid",
            "tiers",
            "password",
            "internal",
            "wip",
        ]);
    let unlisted = || {
        ON_UNLISTS
            .iter()
            .any(|name| fields.switch(name) == Some(true))
            || build("list").is_some_and(|word| word == "never")
            || says(&["unlisted", "hidden"])
    };
    if hidden {
        Visibility::Hidden
    } else if unlisted() {
        Visibility::Unlisted
    } else {
        Visibility::Public
    }
}

#[cfg(test)]
mod tests;
