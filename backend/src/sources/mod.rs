//! Where posts come from: one adapter a file behind [`BlogSource`].

use async_trait::async_trait;

use crate::content::post::Post;

/// Something that posts can be read from.
#[async_trait]
pub trait BlogSource: Send + Sync {
    /// The kind of source, as `freshness.source` shows it: `embedded`, `json_api` or `folder`.
    fn kind(&self) -> &'static str;

    /// Reads every post, in the source's own order.
    ///
    /// # Errors
    /// When the source as a whole can't be read. A single bad post is skipped with a warning.
    async fn fetch(&self) -> Result<Vec<Post>, SourceError>;

    /// A picture that belongs to the posts, by its path below `/media/`; `None` when there is none.
    async fn media(&self, _path: &str) -> Option<Media> {
        None
    }
}

/// A picture that belongs to the posts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its media type, such as `image/svg+xml`.
    pub content_type: &'static str,
    /// The file.
    pub bytes: std::borrow::Cow<'static, [u8]>,
}

/// Why a source as a whole could not be read. The words are for the operator's log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The upstream could not be reached, or broke off.
    #[error("{0}")]
    Unreachable(String),
    /// The upstream answered with something else than blogs.
    #[error("{0}")]
    Unusable(String),
}
