//! The posts for feed readers. All addresses in a feed are absolute.

mod atom;
mod json_feed;
mod rss;

use std::sync::Arc;

use jiff::Timestamp;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use shared::paths;
use url::Url;

use crate::answers::FeedFormat;
use crate::content::post::Post;
use crate::content::snapshot::Snapshot;
use crate::public_url::PublicUrl;
use crate::site::profile::ProfileView;

/// Posts on a page of a feed. The first page has the newest.
const FEED_POSTS: usize = 50;

/// Why a feed or a sitemap could not be written.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The RSS document.
    #[error("RSS: {0}")]
    Rss(#[from] ::rss::Error),
    /// The Atom document.
    #[error("Atom: {0}")]
    Atom(#[from] atom_syndication::Error),
    /// A date that Atom can't hold.
    #[error("a date can't be written")]
    Date,
    /// The sitemap.
    #[error("sitemap: {0}")]
    Sitemap(#[from] std::io::Error),
    /// The XML is not UTF-8.
    #[error("not UTF-8: {0}")]
    Text(#[from] std::string::FromUtf8Error),
    /// A post's HTML.
    #[error("HTML: {0}")]
    Html(#[from] lol_html::errors::RewritingError),
}

/// The media type of a feed.
pub fn content_type(format: FeedFormat) -> &'static str {
    match format {
        FeedFormat::Rss => "application/rss+xml; charset=utf-8",
        FeedFormat::Atom => "application/atom+xml; charset=utf-8",
        FeedFormat::Json => "application/feed+json",
    }
}

/// A page of a feed, from 1, with whole posts.
///
/// # Errors
/// When it can't be written.
pub fn write(format: FeedFormat, posts: &Posts, page: u32) -> Result<String, FeedError> {
    let page = FeedPage {
        site: &posts.site,
        all: posts,
        page,
    };
    match format {
        FeedFormat::Rss => rss::write(&page),
        FeedFormat::Atom => atom::write(&page),
        FeedFormat::Json => json_feed::write(&page),
    }
}

/// The number of pages of every feed.
pub fn pages(snapshot: &Snapshot) -> u32 {
    pages_of(snapshot.posts().len(), FEED_POSTS)
}

pub(super) fn pages_of(items: usize, per_page: usize) -> u32 {
    u32::try_from(items.div_ceil(per_page).max(1)).unwrap_or(u32::MAX)
}

/// The posts of a site, and when they were read.
pub struct Posts {
    /// The site's own address.
    pub site: Arc<PublicUrl>,
    /// The site's words and pages.
    pub profile: Arc<ProfileView>,
    /// The posts, newest first.
    pub snapshot: Arc<Snapshot>,
    /// When the source was last read with just these posts.
    pub read_at: Timestamp,
}

impl Posts {
    /// Whether a post was dated in the future when it was read.
    pub fn has_future_dates(&self) -> bool {
        let newest = self.snapshot.posts().first();
        newest.is_some_and(|post| post.published_at > Some(self.read_at))
    }

    /// When a post was published. A date in the future is replaced by the time of reading, since feed
    /// readers treat a future date as an error.
    pub(super) fn date_of(&self, post: &Post) -> Option<Timestamp> {
        post.published_at.map(|date| date.min(self.read_at))
    }

    fn updated(&self) -> Option<Timestamp> {
        self.date_of(self.snapshot.posts().first()?)
    }
}

/// A page of a feed (RFC 5005, section 3).
struct FeedPage<'a> {
    site: &'a PublicUrl,
    all: &'a Posts,
    page: u32,
}

impl FeedPage<'_> {
    fn posts(&self) -> impl Iterator<Item = &Post> {
        let before = (self.page as usize - 1) * FEED_POSTS;
        let posts = self.all.snapshot.posts().iter();
        posts.skip(before).take(FEED_POSTS)
    }

    fn address(&self, path: &str, page: u32) -> String {
        match page {
            1 => self.site.absolute(path),
            page => self.site.absolute(&format!("{path}?page={page}")),
        }
    }

    /// The relations and addresses of the feed's other pages.
    fn links(&self, path: &str) -> Vec<(&'static str, String)> {
        let last = pages(&self.all.snapshot);
        let mut links = vec![("self", self.page)];
        if last > 1 {
            links.extend([("first", 1), ("last", last)]);
        }
        if self.page > 1 {
            links.push(("previous", self.page - 1));
        }
        if self.page < last {
            links.push(("next", self.page + 1));
        }
        let address = |(rel, page)| (rel, self.address(path, page));
        links.into_iter().map(address).collect()
    }
}

/// The address of a post's page.
pub(super) fn address(site: &PublicUrl, post: &Post) -> String {
    site.absolute(&paths::blog(&post.id))
}

/// A post's category and tags.
fn categories(post: &Post) -> impl Iterator<Item = &String> {
    std::iter::once(&post.category).chain(&post.tags)
}

/// A post's HTML with absolute addresses of links and pictures.
fn absolute_html(html: &str, page: &str) -> Result<String, FeedError> {
    let Ok(page) = Url::parse(page) else {
        return Ok(html.to_owned());
    };
    let whole = element!("[href], [src]", |element| {
        for name in ["href", "src"] {
            let whole = element
                .get_attribute(name)
                .and_then(|address| page.join(&address).ok());
            if let Some(whole) = whole {
                element.set_attribute(name, whole.as_str())?;
            }
        }
        Ok(())
    });
    let settings = RewriteStrSettings::new().append_element_content_handler(whole);
    Ok(rewrite_str(html, settings)?)
}

/// Removes the control characters that XML can't hold even as references (XML 1.0, section 2.2).
pub(super) fn xml_text(mut xml: String) -> String {
    xml.retain(|character| {
        matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
    });
    xml
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_pictures_in_a_feed_lead_to_the_site() {
        let html = r##"<a href="#part">1</a><a href="/about?a=1&amp;b=2">2</a><img src="/media/a.svg"><a href="https://else.example/">3</a>"##;
        let whole = absolute_html(html, "https://blog.example/blogs/a").expect("HTML");
        assert_eq!(
            whole,
            r##"<a href="https://blog.example/blogs/a#part">1</a><a href="https://blog.example/about?a=1&amp;b=2">2</a><img src="https://blog.example/media/a.svg"><a href="https://else.example/">3</a>"##
        );
    }

    #[test]
    fn characters_that_xml_can_not_hold_are_left_out() {
        assert_eq!(
            xml_text("a\u{8}\u{FFFF}b\n\u{1F642}".into()),
            "ab\n\u{1F642}"
        );
    }
}
