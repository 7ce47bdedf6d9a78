//! Where posts come from: [`BlogSource`], with one file for each adapter.

mod client;
mod kind;
mod markdown_file;
mod own_links;
mod records;
#[cfg(test)]
mod stub;
mod walk;

pub mod detect;
pub mod embedded;
pub mod feed;
pub mod folder;
pub mod ghost;
pub mod json_api;
pub mod own_words;
pub mod site_info;
pub mod wordpress;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use self::kind::SourceKind;
use self::site_info::SiteInfo;
use crate::content::post::Post;

/// A source of posts.
#[async_trait]
pub trait BlogSource: Send + Sync {
    /// The kind of source, as `freshness.source` shows it: `embedded`, `folder`, `json_api`, `wordpress`,
    /// `ghost`, `feed`, or `url` before a URL has shown what it is.
    fn kind(&self) -> &'static str;

    /// Whether the posts come over the network. Then readers with a copy don't wait for it, and the last
    /// copy is kept on disk.
    fn is_remote(&self) -> bool {
        false
    }

    /// Reads every post, in the source's own order.
    ///
    /// # Errors
    /// When the source as a whole can't be read. A single bad post is skipped with a warning.
    async fn fetch(&self) -> Result<Vec<Post>, SourceError>;

    /// Reads the source. `None` when it has not changed since the last reading.
    ///
    /// # Errors
    /// As [`BlogSource::fetch`].
    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        Ok(Some(Reading::from(self.fetch().await?)))
    }

    /// How many posts the current reading has so far; `None` before the first ones. The value is
    /// undefined between readings.
    fn posts_so_far(&self) -> Option<usize> {
        None
    }

    /// A picture, or another file that posts link to, by its path below `/media/`; `None` when there is
    /// none.
    async fn media(&self, _path: &str) -> Option<Media> {
        None
    }
}

/// The result of one reading of a source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reading {
    /// Every post, in the source's own order.
    pub posts: Vec<Post>,
    /// The site's name, texts and pages, if the source has them.
    pub site: Option<SiteInfo>,
}

impl From<Vec<Post>> for Reading {
    fn from(posts: Vec<Post>) -> Self {
        Self { posts, site: None }
    }
}

/// A picture, or another file that posts link to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its media type, such as `image/svg+xml`.
    pub content_type: &'static str,
    /// Where its bytes are.
    pub content: MediaContent,
}

/// Where a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaContent {
    /// In memory.
    Bytes(Cow<'static, [u8]>),
    /// In a file. It is sent piece by piece, so that a large picture takes little memory.
    File(PathBuf),
}

/// The media type of a picture, or of another file that posts link to, by its ending; `None` for other
/// files. Types whose scripts a browser would run in the site's origin are left out.
pub fn media_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "avif" => "image/avif",
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "flac" => "audio/flac",
        "m4a" => "audio/mp4",
        "mp3" => "audio/mpeg",
        "oga" | "ogg" | "opus" => "audio/ogg",
        "wav" => "audio/wav",
        "mp4" | "m4v" => "video/mp4",
        "ogv" => "video/ogg",
        "webm" => "video/webm",
        "csv" => "text/csv; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "epub" => "application/epub+zip",
        "gz" | "tgz" => "application/gzip",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "zip" => "application/zip",
        _ => return None,
    })
}

/// Why a source as a whole could not be read. The text is for the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The upstream could not be reached, or broke off.
    #[error("{0}")]
    Unreachable(String),
    /// The upstream answered with something other than posts.
    #[error("{0}")]
    Unusable(String),
    /// The upstream asks to come back later (429, or 503 with `Retry-After`).
    #[error("{problem}; the source is asked again after {retry_after:?}")]
    Busy {
        /// The upstream's answer, such as its status.
        problem: String,
        /// How long the server waits before it tries again.
        retry_after: Duration,
    },
}

impl SourceError {
    /// How long the upstream asks the server to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }
}

/// How the posts at an address are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// A JSON blog API.
    Json,
    /// WordPress's REST API.
    WordPress,
    /// Ghost's Content API.
    Ghost,
    /// RSS, Atom or JSON Feed.
    Feed,
}

impl Protocol {
    const NAMED: [(&'static str, Self); 4] = [
        ("json:", Self::Json),
        ("wordpress:", Self::WordPress),
        ("ghost:", Self::Ghost),
        ("feed:", Self::Feed),
    ];
}

/// The options of adapters, besides the address.
#[derive(Clone, Default)]
pub struct SourceOptions {
    /// Bounds one request to an upstream, body included.
    pub upstream_timeout: Duration,
    /// A key of Ghost's Content API.
    pub ghost_key: Option<String>,
    /// Shows posts of a folder whose date is in the future.
    pub shows_future: bool,
    /// Shows all files of a folder, with a mark if they are not public.
    pub previews: bool,
}

/// Makes the adapter for a kind of source, and reads nothing yet.
///
/// # Errors
/// When no HTTP client can be set up, or a Ghost site is to be read without a key.
pub fn open(
    kind: &SourceKind,
    options: &SourceOptions,
) -> Result<Arc<dyn BlogSource>, SourceError> {
    let (url, protocol) = match kind {
        SourceKind::Embedded => return Ok(Arc::new(embedded::EmbeddedSource::new())),
        SourceKind::Folder(path) => {
            let folder = folder::FolderSource::new(path.clone());
            let folder = folder.showing_future(options.shows_future);
            return Ok(Arc::new(folder.previewing(options.previews)));
        }
        SourceKind::Url(url, protocol) => (url.clone(), protocol),
    };
    let timeout = options.upstream_timeout;
    Ok(match protocol {
        None => Arc::new(detect::DetectedSource::new(url, timeout)?),
        Some(Protocol::Json) => Arc::new(json_api::JsonApiSource::new(url, timeout)?),
        Some(Protocol::WordPress) => Arc::new(wordpress::WordPressSource::new(url, timeout)?),
        Some(Protocol::Feed) => Arc::new(feed::FeedSource::new(url, timeout)?),
        Some(Protocol::Ghost) => {
            let key = options.ghost_key.clone().ok_or_else(|| {
                let problem = "ghost: needs a Content API key; set FLASHBLOG_GHOST_KEY to the one under Settings, Integrations";
                SourceError::Unusable(problem.to_owned())
            })?;
            Arc::new(ghost::GhostSource::new(&url, key, timeout)?)
        }
    })
}
