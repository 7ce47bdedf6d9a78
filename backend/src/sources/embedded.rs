//! The posts that are compiled in.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use rust_embed::RustEmbed;

use super::markdown_file::{Authors, MarkdownFile};
use super::{BlogSource, Media, SourceError, media_type};
use crate::content::address::{Addresses, ThisSite};
use crate::content::post::Post;

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
    #[must_use]
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
            bytes: MediaFiles::get(path)?.data,
        })
    }
}

/// A broken post is left out with a warning, like in any other source.
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

/// `None` for a draft.
fn parse(path: &str) -> Result<Option<Post>, String> {
    let file = PostFiles::get(path).ok_or("it is not there")?;
    let text = std::str::from_utf8(&file.data).map_err(|error| error.to_string())?;
    let file = MarkdownFile::parse(path.to_owned(), text).map_err(|error| error.to_string())?;
    if file.front_matter.draft {
        return Ok(None);
    }
    let id = file.preferred_id();
    let addresses: Arc<dyn Addresses> = Arc::new(ThisSite);
    file.into_post(id, &Authors::new(), &addresses)
        .map(Some)
        .map_err(|error| error.to_string())
}
