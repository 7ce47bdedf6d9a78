//! A post as its source has it, and how it becomes one that the server keeps.

use std::collections::BTreeMap;
use std::sync::Arc;

use shared::blog::{Author, DEFAULT_AUTHOR, DEFAULT_CATEGORY};

use super::address::{self, Addresses};
use super::dates::Published;
use super::fields::Person;
use super::old_address::OldAddress;
use super::post::Post;
use super::{html, plain};

pub use super::markup::Anchors;

/// A post as its source has it. Blank texts count as absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RawPost {
    /// Unique within the source.
    pub id: Option<String>,
    /// Plain text.
    pub title: Option<String>,
    /// Plain text.
    pub subtitle: Option<String>,
    /// Plain text or HTML.
    pub summary: Option<String>,
    /// Plain text.
    pub category: Option<String>,
    /// All authors.
    pub authors: Vec<Person>,
    /// An address of any kind.
    pub featured_image: Option<String>,
    /// The same picture by widths in pixels.
    pub featured_image_widths: Vec<(u32, String)>,
    /// The date, if it could be read.
    pub published: Option<Published>,
    /// The date in the source's words, to show when it could not be read.
    pub date_words: Option<String>,
    /// HTML of any kind.
    pub html: String,
    /// Plain text.
    pub tags: Vec<String>,
    /// Old addresses that redirect to it.
    pub old_addresses: Vec<OldAddress>,
    /// It can be opened by its address and is in no list, feed or search.
    pub unlisted: bool,
    /// Its source shows it before all others.
    pub pinned: bool,
    /// Its address at the source, so that links to it can lead to this site.
    pub address: Option<String>,
}

/// Why a record can't be a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPost {
    /// It has no id.
    #[error("it has no id")]
    NoId,
    /// `.` and `..` mean something else in an address, encoded or not (RFC 3986, section 5.2.4).
    #[error("its id is `.` or `..`, which can't stand in an address")]
    UnaddressableId,
    /// It has no title.
    #[error("it has no title")]
    NoTitle,
    /// Its HTML would take too much work.
    #[error(transparent)]
    TooComplex(#[from] html::TooComplex),
}

impl RawPost {
    /// Fills in the defaults, tidies the texts and makes the HTML safe.
    ///
    /// # Errors
    /// When there is no id or no title, or when the HTML would take too much work.
    pub fn finish(self, addresses: &Arc<dyn Addresses>) -> Result<Post, NotAPost> {
        Ok(self.finish_with_anchors(addresses)?.0)
    }

    /// Like [`RawPost::finish`]; also returns the targets of links to the post's parts.
    ///
    /// # Errors
    /// As for [`RawPost::finish`].
    pub fn finish_with_anchors(
        self,
        addresses: &Arc<dyn Addresses>,
    ) -> Result<(Post, Anchors), NotAPost> {
        let id = one_line(self.id).ok_or(NotAPost::NoId)?;
        if id == "." || id == ".." {
            return Err(NotAPost::UnaddressableId);
        }
        let title = one_line(self.title).ok_or(NotAPost::NoTitle)?;
        let content = html::sanitise(&self.html, addresses)?;
        let summary = self
            .summary
            .map(|summary| html::in_words(summary, addresses));
        let summary = match one_line(summary) {
            Some(summary) => plain::bounded_summary(&summary),
            None if content.prose.is_empty() => plain::excerpt(&content.text),
            None => plain::excerpt(&content.prose),
        };
        let published_label = match self.published {
            Some(published) => published.label(),
            None => one_line(self.date_words).unwrap_or_default(),
        };
        let post = Post {
            id,
            title,
            subtitle: one_line(self.subtitle),
            summary,
            category: one_line(self.category).unwrap_or_else(|| DEFAULT_CATEGORY.to_owned()),
            author: byline(self.authors, addresses),
            featured_image: self
                .featured_image
                .and_then(|image| address::image(&image, &**addresses)),
            featured_image_srcset: srcset(&self.featured_image_widths, &**addresses),
            published_at: self.published.map(|published| published.at),
            published_label,
            reading_minutes: plain::reading_minutes(&content.text),
            content_html: content.html,
            content_text: content.text,
            headings: content.headings,
            tags: self
                .tags
                .iter()
                .filter_map(|tag| plain::one_line(tag))
                .collect(),
            old_addresses: self.old_addresses,
            unlisted: self.unlisted,
            pinned: self.pinned,
            mark: None,
        };
        Ok((post, content.anchors))
    }
}

/// The safe addresses of a picture, narrowest first, for HTML's `srcset`; none for one width only.
fn srcset(widths: &[(u32, String)], addresses: &dyn Addresses) -> Option<String> {
    let mut safe: BTreeMap<u32, String> = BTreeMap::new();
    for (width, address) in widths {
        // A comma at an end, or a space, would be part of the list (WHATWG HTML, 4.8.4.2.1).
        let address = address::image(address, addresses).filter(|address| {
            let is_whole = !address.starts_with(',') && !address.ends_with(',');
            is_whole && !address.contains(|c: char| c.is_ascii_whitespace())
        });
        if let Some(address) = address.filter(|_| *width > 0) {
            safe.entry(*width).or_insert(address);
        }
    }
    let candidates: Vec<String> = safe
        .into_iter()
        .map(|(width, address)| format!("{address} {width}w"))
        .collect();
    (candidates.len() > 1).then(|| candidates.join(", "))
}

/// One author for all: `A, B and C`, with the first picture.
fn byline(authors: Vec<Person>, addresses: &Arc<dyn Addresses>) -> Author {
    let avatar_url = authors
        .iter()
        .filter_map(|author| author.picture.as_deref())
        .find_map(|picture| address::image(picture, &**addresses));
    let names: Vec<String> = authors
        .into_iter()
        .filter_map(|author| one_line(author.name))
        .collect();
    let name = match names.as_slice() {
        [] => DEFAULT_AUTHOR.to_owned(),
        [name] => name.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    };
    Author { name, avatar_url }
}

fn one_line(text: Option<String>) -> Option<String> {
    plain::one_line(&text?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::address::SameSite;
    use crate::content::dates;

    fn finish(raw: RawPost) -> Result<Post, NotAPost> {
        raw.finish(&(Arc::new(SameSite) as Arc<dyn Addresses>))
    }

    fn raw(id: &str, title: &str) -> RawPost {
        RawPost {
            id: Some(id.into()),
            title: Some(title.into()),
            ..RawPost::default()
        }
    }

    #[test]
    fn a_post_of_nothing_but_id_and_title_is_complete() {
        let blank = || Some(" \n\u{a0}".to_owned());
        let post = finish(RawPost {
            subtitle: blank(),
            summary: blank(),
            category: blank(),
            authors: vec![Person {
                name: blank(),
                picture: blank(),
            }],
            featured_image: blank(),
            date_words: blank(),
            tags: vec![" ".into()],
            ..raw(" 7 ", " A \n title ")
        })
        .expect("a post");
        assert_eq!(
            post,
            Post {
                id: "7".into(),
                title: "A title".into(),
                subtitle: None,
                summary: String::new(),
                category: "General".into(),
                author: Author {
                    name: "Admin".into(),
                    avatar_url: None
                },
                featured_image: None,
                featured_image_srcset: None,
                published_at: None,
                published_label: String::new(),
                reading_minutes: 1,
                content_html: String::new(),
                content_text: String::new(),
                headings: vec![],
                tags: vec![],
                old_addresses: vec![],
                unlisted: false,
                pinned: false,
                mark: None,
            }
        );
    }

    #[test]
    fn what_the_source_knows_is_kept() {
        let post = finish(RawPost {
            authors: ["Ada", "Ben", "Cy"]
                .map(|name| Person {
                    picture: Some(format!("/{name}.png")),
                    ..Person::named(name.into())
                })
                .into(),
            featured_image: Some("javascript:alert(1)".into()),
            published: dates::parse("2026-03-05T10:00:00Z"),
            date_words: Some("2026-03-05T10:00:00Z".into()),
            html: format!("<h2>Head</h2><p>{}</p>", "word ".repeat(300)),
            ..raw("a", "A")
        })
        .expect("a post");
        assert_eq!(post.author.name, "Ada, Ben and Cy");
        assert_eq!(post.author.avatar_url.as_deref(), Some("/Ada.png"));
        assert_eq!(post.featured_image, None);
        assert_eq!(post.published_label, "5 March 2026");
        assert_eq!(post.reading_minutes, 2);
        assert!(
            post.summary.starts_with("word") && post.summary.ends_with("word…"),
            "{}",
            post.summary
        );
        assert!(post.content_text.starts_with("Head word"));
    }

    #[test]
    fn a_picture_s_widths_are_safe_and_can_be_taken_apart() {
        let post = |widths: &[(u32, &str)]| {
            let widths = widths
                .iter()
                .map(|(width, url)| (*width, (*url).to_owned()));
            let post = finish(RawPost {
                featured_image_widths: widths.collect(),
                ..raw("a", "A")
            });
            post.expect("a post").featured_image_srcset
        };
        let widths = [
            (1024, "https://a.example/1024.jpg"),
            (300, "/a,b-300.jpg"),
            (300, "/twice.jpg"),
            (0, "/none.jpg"),
            (400, "javascript:alert(1)"),
            (500, "/x.jpg 9w, /y.jpg"),
            (600, "/z.jpg,"),
        ];
        assert_eq!(
            post(&widths).as_deref(),
            Some("/a,b-300.jpg 300w, https://a.example/1024.jpg 1024w")
        );
        assert_eq!(post(&widths[..1]), None);
    }

    #[test]
    fn a_date_that_can_not_be_read_is_shown_as_it_stands() {
        let post = finish(RawPost {
            date_words: Some(" early  spring ".into()),
            ..raw("a", "A")
        });
        let post = post.expect("a post");
        assert_eq!(post.published_at, None);
        assert_eq!(post.published_label, "early spring");
    }

    #[test]
    fn nothing_without_id_and_title_is_a_post() {
        assert_eq!(finish(raw(" ", "A")), Err(NotAPost::NoId));
        assert_eq!(
            finish(RawPost {
                title: Some("A".into()),
                ..RawPost::default()
            }),
            Err(NotAPost::NoId)
        );
        assert_eq!(finish(raw("..", "A")), Err(NotAPost::UnaddressableId));
        assert_eq!(finish(raw("a", "\u{200b}")), Err(NotAPost::NoTitle));
    }
}
