//! The posts that are compiled in.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use rust_embed::RustEmbed;

use super::markdown_file::{Authors, MarkdownFile};
use super::{BlogSource, Media, MediaContent, SourceError, media_type};
use crate::content::address::{Addresses, SameSite};
use crate::content::post::Post;
use crate::content::record::Visibility;

#[derive(RustEmbed)]
#[folder = "content/posts"]
struct PostFiles;

#[derive(RustEmbed)]
#[folder = "content/media"]
struct MediaFiles;

/// Posts and pictures of `backend/content`. The posts are rendered once.
#[derive(Debug, Default)]
pub struct EmbeddedSource {
    posts: OnceLock<Vec<Post>>,
}

impl EmbeddedSource {
    /// Ready to read.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl BlogSource for EmbeddedSource {
    fn kind(&self) -> &'static str {
        "embedded"
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        Ok(self
            .posts
            .get_or_init(|| PostFiles::iter().filter_map(|path| read(&path)).collect())
            .clone())
    }

    async fn media(&self, path: &str) -> Option<Media> {
        let content_type = media_type(path)?;
        Some(Media {
            content_type,
            content: MediaContent::Bytes(MediaFiles::get(path)?.data),
        })
    }
}

/// Reads a post. A broken one is left out with a warning, as in any other source.
fn read(path: &str) -> Option<Post> {
    if !path.ends_with(".md") {
        return None;
    }
    match parse(path) {
        Ok(post) => post,
        Err(reason) => {
            tracing::warn!(file = path, "Skipping a built-in post: {reason}");
            None
        }
    }
}

/// Parses a post. `None` for a draft.
fn parse(path: &str) -> Result<Option<Post>, String> {
    let file = PostFiles::get(path).ok_or("it is not there")?;
    let text = std::str::from_utf8(&file.data).map_err(|error| error.to_string())?;
    let file = MarkdownFile::parse(path.to_owned(), text).map_err(|error| error.to_string())?;
    if file.record.visibility == Visibility::Hidden {
        return Ok(None);
    }
    let id = file.preferred_id();
    let addresses: Arc<dyn Addresses> = Arc::new(SameSite);
    file.into_post(id, &Authors::new(), &addresses)
        .map(|rendered| Some(rendered.post))
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// The addresses in a post that are on this site.
    fn own_addresses(post: &Post) -> Vec<String> {
        let mut found: Vec<String> = post
            .featured_image
            .iter()
            .chain(&post.author.avatar_url)
            .filter(|address| address.starts_with('/'))
            .cloned()
            .collect();
        let tags = post
            .content_html
            .split('<')
            .filter_map(|piece| piece.split('>').next());
        for attribute in tags.flat_map(|tag| tag.split(' ')) {
            let address = ["href=\"", "src=\""]
                .iter()
                .find_map(|name| attribute.strip_prefix(name));
            found.extend(
                address
                    .filter(|address| address.starts_with('/'))
                    .map(|address| address.trim_end_matches('"').to_owned()),
            );
        }
        found
    }

    #[tokio::test]
    async fn the_built_in_posts_are_worth_a_look() {
        let source = EmbeddedSource::new();
        let posts = source.fetch().await.expect("reads");
        assert!(posts.len() >= 18, "{}", posts.len());
        let files = PostFiles::iter()
            .filter(|path| path.ends_with(".md"))
            .count();
        assert_eq!(posts.len(), files, "a built-in post is broken");

        let ids: HashSet<&str> = posts.iter().map(|post| post.id.as_str()).collect();
        assert_eq!(ids.len(), posts.len());
        assert!(posts.iter().all(|post| post.published_at.is_some()));
        assert!(posts.iter().any(|post| post.author.name == "Admin"));
        assert!(posts.iter().any(|post| post.category == "General"));
        assert!(posts.iter().any(|post| post.content_text.is_empty()));
        for part in [
            "<pre><code class=\"language-",
            "<table>",
            "<img src=\"/media/",
        ] {
            assert!(
                posts.iter().any(|post| post.content_html.contains(part)),
                "{part}"
            );
        }
        for post in &posts {
            for address in own_addresses(post) {
                let resolves = if let Some(path) = address.strip_prefix("/media/") {
                    source.media(path).await.is_some()
                } else if let Some(id) = address.strip_prefix("/blogs/") {
                    ids.contains(id)
                } else {
                    ["/", "/blogs", "/about", "/contact"].contains(&address.as_str())
                };
                assert!(resolves, "{}: {address}", post.id);
            }
        }
    }

    #[tokio::test]
    async fn only_pictures_are_served() {
        let source = EmbeddedSource::new();
        for path in [
            "none.svg",
            "../posts/a.md",
            "../../Cargo.toml",
            "",
            "../media/../x.svg",
        ] {
            assert_eq!(source.media(path).await, None, "{path}");
        }
    }
}
