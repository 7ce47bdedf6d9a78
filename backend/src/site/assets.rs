//! The built app: the files of a folder, or the copy inside the binary.

use std::borrow::Cow;
use std::future::{Ready, ready};
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use parking_lot::Mutex;
use rust_embed::{EmbeddedFile, RustEmbed};
use shared::site::Site;
use tokio::io::{AsyncRead, AsyncSeek, ReadBuf};
use tower::ServiceExt;
use tower_http::services::ServeDir;
use tower_http::services::fs::{Backend, File, Metadata};

use crate::http::conditional::ignore_unusable_range;
use crate::site::shell::Shell;

const INDEX: &str = "index.html";

/// The app's files and its shell.
pub struct Assets {
    source: AssetSource,
    shell: Mutex<Option<ReadShell>>,
}

#[derive(Clone)]
enum AssetSource {
    Folder(PathBuf),
    Binary(fn(&str) -> Option<EmbeddedFile>),
}

/// A shell, with the version of `index.html` and the site's words that it was made of.
struct ReadShell {
    version: Version,
    title: String,
    language: String,
    shell: Option<Arc<Shell>>,
}

/// Changes when a file is written again.
type Version = (Option<SystemTime>, u64);

#[cfg(feature = "embed-assets")]
#[derive(RustEmbed)]
#[folder = "$FLASHBLOG_DIST_ASSETS"]
#[allow_missing = true]
struct Built;

impl Assets {
    /// The files of `folder`, else the copy inside the binary, else the files in `frontend/dist`.
    pub fn open(folder: Option<PathBuf>) -> Self {
        match folder {
            Some(folder) => Self::in_folder(folder),
            None => Self::built(),
        }
    }

    #[cfg(feature = "embed-assets")]
    fn built() -> Self {
        Self::in_binary::<Built>()
    }

    #[cfg(not(feature = "embed-assets"))]
    fn built() -> Self {
        Self::in_folder(PathBuf::from("frontend/dist"))
    }

    /// The files of a folder. A build that replaces them is noticed.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self::at(AssetSource::Folder(folder))
    }

    /// The files that were compiled in.
    pub fn in_binary<Files: RustEmbed>() -> Self {
        Self::at(AssetSource::Binary(Files::get))
    }

    fn at(source: AssetSource) -> Self {
        Self {
            source,
            shell: Mutex::new(None),
        }
    }

    /// The shell of all pages of the site with these words. `None` when the app is not built or can't be
    /// used; the log says why.
    pub async fn shell(&self, words: &Site) -> Option<Arc<Shell>> {
        let version = self.index_version()?;
        if let Some(read) = self.shell.lock().as_ref()
            && read.version == version
            && read.title == words.title
            && read.language == words.language
        {
            return read.shell.clone();
        }
        let html = self.read_index().await?;
        let shell = Shell::parse(&html, words)
            .inspect_err(|error| tracing::error!(cause = %error, "The built app can't be used"))
            .ok()
            .map(Arc::new);
        *self.shell.lock() = Some(ReadShell {
            version,
            title: words.title.clone(),
            language: words.language.clone(),
            shell: shell.clone(),
        });
        shell
    }

    /// The version of `index.html`, which every page needs. The call blocks, but the kernel answers it from
    /// memory. Passing it to a blocking thread would cost more than the rest of the page.
    fn index_version(&self) -> Option<Version> {
        match &self.source {
            AssetSource::Folder(folder) => {
                let metadata = std::fs::metadata(folder.join(INDEX)).ok()?;
                Some((metadata.modified().ok(), metadata.len()))
            }
            AssetSource::Binary(_) => Some((None, 0)),
        }
    }

    async fn read_index(&self) -> Option<String> {
        match &self.source {
            AssetSource::Folder(folder) => tokio::fs::read_to_string(folder.join(INDEX)).await.ok(),
            AssetSource::Binary(get) => String::from_utf8(get(INDEX)?.data.into_owned()).ok(),
        }
    }

    /// Answers with a file, with conditions, range and encodings. `None` when there is no such file.
    pub async fn serve(&self, mut request: Request) -> Option<Response> {
        let caching = caching(request.uri().path());
        ignore_unusable_range(request.headers_mut());
        let response = match &self.source {
            AssetSource::Folder(folder) => answer(ServeDir::new(folder), request).await,
            AssetSource::Binary(get) => {
                answer(ServeDir::with_backend("", BinaryFiles(*get)), request).await
            }
        }?;
        let (mut parts, body) = response.into_parts();
        let is_file = parts.status.is_success() || parts.status == StatusCode::NOT_MODIFIED;
        let caching = if is_file { caching } else { "no-cache" };
        parts
            .headers
            .insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
        Some(Response::from_parts(parts, body))
    }
}

async fn answer<B: Backend>(
    files: ServeDir<tower_http::services::fs::DefaultServeDirFallback, B>,
    request: Request,
) -> Option<Response> {
    let files = files
        .append_index_html_on_directories(false)
        .ignore_multi_range_requests(true)
        .precompressed_br()
        .precompressed_gzip();
    // ServeDir prefers zstd among equals. Brotli is smaller.
    let files = if accepts_brotli_fully(request.headers()) {
        files
    } else {
        files.precompressed_zstd()
    };
    match files.oneshot(request).await {
        Ok(response) if response.status() != StatusCode::NOT_FOUND => Some(response.map(Body::new)),
        _ => None,
    }
}

/// Whether the client lists brotli without a lower weight.
fn accepts_brotli_fully(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|encoding| encoding.trim().eq_ignore_ascii_case("br"))
}

/// A file with a hash in its name never changes (RFC 8246). Browsers ask again for all others.
fn caching(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_hashed = name
        .split(['-', '.', '_'])
        .skip(1)
        .any(|part| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    if is_hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    }
}

/// The binary's files for [`ServeDir`].
#[derive(Clone, Copy)]
struct BinaryFiles(fn(&str) -> Option<EmbeddedFile>);

struct BinaryFile {
    content: Cursor<Cow<'static, [u8]>>,
    facts: Facts,
}

/// The parts of a validator: the time when the file was built, and its length.
#[derive(Clone, Copy)]
struct Facts {
    modified: Option<SystemTime>,
    length: u64,
}

impl BinaryFiles {
    fn get(self, path: &Path) -> io::Result<BinaryFile> {
        // ServeDir requests `./name`; the binary has `name`.
        let file = path
            .strip_prefix(".")
            .unwrap_or(path)
            .to_str()
            .map(|path| path.replace(std::path::MAIN_SEPARATOR, "/"))
            .and_then(|path| (self.0)(&path))
            .ok_or(io::ErrorKind::NotFound)?;
        let facts = Facts {
            modified: file
                .metadata
                .last_modified()
                .and_then(|second| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(second))),
            length: file.data.len() as u64,
        };
        Ok(BinaryFile {
            content: Cursor::new(file.data),
            facts,
        })
    }
}

impl Backend for BinaryFiles {
    type File = BinaryFile;
    type Metadata = Facts;
    type OpenFuture = Ready<io::Result<BinaryFile>>;
    type MetadataFuture = Ready<io::Result<Facts>>;

    fn open(&self, path: PathBuf) -> Self::OpenFuture {
        ready(self.get(&path))
    }

    fn metadata(&self, path: PathBuf) -> Self::MetadataFuture {
        ready(self.get(&path).map(|file| file.facts))
    }
}

impl File for BinaryFile {
    type Metadata = Facts;
    type MetadataFuture<'a> = Ready<io::Result<Facts>>;

    fn metadata(&self) -> Self::MetadataFuture<'_> {
        ready(Ok(self.facts))
    }
}

impl AsyncRead for BinaryFile {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.content).poll_read(context, buffer)
    }
}

impl AsyncSeek for BinaryFile {
    fn start_seek(mut self: Pin<&mut Self>, position: io::SeekFrom) -> io::Result<()> {
        Pin::new(&mut self.content).start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<u64>> {
        Pin::new(&mut self.content).poll_complete(context)
    }
}

impl Metadata for Facts {
    fn is_dir(&self) -> bool {
        false
    }

    fn modified(&self) -> io::Result<SystemTime> {
        self.modified
            .ok_or_else(|| io::ErrorKind::Unsupported.into())
    }

    fn len(&self) -> u64 {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_good() {
        for path in [
            "/app-0123456789abcdef.js",
            "/flashblog-frontend-c48bbc02b88bbcec_bg.wasm",
            "/fonts/a-0123456789abcdef.woff2",
        ] {
            assert!(caching(path).contains("immutable"), "{path}");
        }
        for path in [
            "/index.html",
            "/favicon.svg",
            "/0123456789abcdef.js",
            "/snippets/a-0123456789abcdef/inline0.js",
            "/app-0123456789abcdeg.js",
        ] {
            assert_eq!(caching(path), "no-cache", "{path}");
        }
    }
}
