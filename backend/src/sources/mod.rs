//! Where posts come from: one adapter a file behind [`BlogSource`].

mod markdown_file;

pub mod embedded;
pub mod folder;
pub mod json_api;

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use crate::content::post::Post;

/// A place that posts are read from.
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
    /// Where its bytes are.
    pub content: MediaContent,
}

/// Where a picture's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaContent {
    /// In memory.
    Bytes(Cow<'static, [u8]>),
    /// In a file. It is sent piece by piece, so that a large picture takes little memory.
    File(PathBuf),
}

/// The media type of a picture, or of another file that posts link to, by its ending; `None` for other
/// files. No type is one that a browser would run scripts of.
fn media_type(path: &str) -> Option<&'static str> {
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
}

/// Which source the operator chose (`--source`).
#[derive(Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// The posts that are compiled in.
    Embedded,
    /// A JSON blog API at this address.
    JsonApi(Url),
    /// A folder of Markdown posts.
    Folder(PathBuf),
}

impl FromStr for SourceKind {
    type Err = String;

    /// # Errors
    /// Says in one sentence what would fit.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FITS: &str = "`embedded`, an http:// or https:// URL, or an existing folder";
        if text == "embedded" {
            return Ok(Self::Embedded);
        }
        // A mistyped scheme gets another error than a missing folder.
        if let Ok(url) = Url::parse(text)
            && text.contains("://")
        {
            return match url.scheme() {
                "http" | "https" => Ok(Self::JsonApi(url)),
                scheme => Err(format!("a {scheme}:// URL is no source; what fits: {FITS}")),
            };
        }
        if text.contains("://") {
            return Err(format!("the URL can't be read; what fits: {FITS}"));
        }
        let folder = PathBuf::from(text);
        if folder.is_dir() {
            Ok(Self::Folder(folder))
        } else {
            Err(format!("there is no folder `{text}`; what fits: {FITS}"))
        }
    }
}

/// Leaves out a URL's user info and query: they can hold secrets.
impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Embedded => f.write_str("embedded"),
            Self::JsonApi(url) => f.write_str(&json_api::redacted(url)),
            Self::Folder(path) => write!(f, "{}", path.display()),
        }
    }
}

impl fmt::Debug for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceKind({self})")
    }
}

/// Makes the adapter for a kind of source, and reads nothing yet.
///
/// `upstream_timeout` bounds one whole reading of an upstream, with all pages and bodies.
/// `shows_future` is for folders: posts whose date is in the future are public too.
///
/// # Errors
/// When no HTTP client can be set up.
pub fn open(
    kind: &SourceKind,
    upstream_timeout: Duration,
    shows_future: bool,
) -> Result<Arc<dyn BlogSource>, SourceError> {
    Ok(match kind {
        SourceKind::Embedded => Arc::new(embedded::EmbeddedSource::new()),
        SourceKind::JsonApi(url) => {
            Arc::new(json_api::JsonApiSource::new(url.clone(), upstream_timeout)?)
        }
        SourceKind::Folder(path) => {
            Arc::new(folder::FolderSource::new(path.clone()).showing_future(shows_future))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_chosen_by_one_word() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_str().expect("UTF-8");
        for (text, shown) in [
            ("embedded", "embedded"),
            ("http://127.0.0.1:8000/blogs", "http://127.0.0.1:8000/blogs"),
            (
                "HTTPS://me:secret@Blog.example/x?key=secret#y",
                "https://blog.example/x?…",
            ),
            (path, path),
        ] {
            let kind: SourceKind = text
                .parse()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(kind.to_string(), shown);
            assert!(!format!("{kind:?}").contains("secret"));
            assert!(open(&kind, Duration::from_secs(1), false).is_ok());
        }
    }

    #[test]
    fn a_source_that_is_none_is_refused_with_what_would_fit() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        for text in [
            "",
            "Embedded",
            "no/such/folder",
            "ftp://me:secret@blog.example/",
            "http://",
            "http://me:secret@:x/",
            "https:/blog.example",
            file.path().to_str().expect("UTF-8"),
        ] {
            let error = text.parse::<SourceKind>().expect_err(text);
            assert!(
                error.contains("what fits: `embedded`, an http:// or https:// URL"),
                "{error}"
            );
            assert!(
                !error.contains('\n') && !error.contains("secret"),
                "{error}"
            );
        }
    }
}
