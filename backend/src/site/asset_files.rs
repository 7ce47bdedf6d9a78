//! The files of the built app, and the kept answers with them. A file's name is its path in the app's folder.

use std::borrow::Cow;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use percent_encoding::percent_decode_str;
use rust_embed::EmbeddedFile;
use tower_http::services::ServeFile;

use crate::answers::{Answers, FileVersion, Key, Wanted};
use crate::http::answer::Answer;
use crate::http::conditional::Preconditions;
use crate::http::encoding::Encoding;
use crate::http::streamed_file::stream;

const BROTLI_BUFFER_BYTES: usize = 4096;

/// Where the files are.
#[derive(Clone)]
pub(super) enum AssetFiles {
    Folder(PathBuf),
    Binary(fn(&str) -> Option<EmbeddedFile>),
}

impl AssetFiles {
    /// The version of a file, which every page and every request for a file needs. The call blocks, but the
    /// kernel answers it from memory. Passing it to a blocking thread would cost more than the rest of the
    /// answer.
    pub(super) fn version(&self, name: &str) -> io::Result<FileVersion> {
        match self {
            Self::Folder(folder) => {
                let metadata = fs::metadata(folder.join(name))?;
                if metadata.is_dir() {
                    return Err(io::ErrorKind::NotFound.into());
                }
                Ok(FileVersion {
                    modified: metadata.modified().ok(),
                    length: metadata.len(),
                })
            }
            Self::Binary(get) => {
                let file = get(name).ok_or(io::ErrorKind::NotFound)?;
                let seconds = file.metadata.last_modified().map(Duration::from_secs);
                Ok(FileVersion {
                    modified: seconds.and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since)),
                    length: file.data.len() as u64,
                })
            }
        }
    }

    /// The bytes of a file.
    pub(super) async fn read(&self, name: &str) -> io::Result<Bytes> {
        let (files, name) = (self.clone(), name.to_owned());
        tokio::task::spawn_blocking(move || files.read_now(&name)).await?
    }

    fn read_now(&self, name: &str) -> io::Result<Bytes> {
        match self {
            Self::Folder(folder) => fs::read(folder.join(name)).map(Bytes::from),
            Self::Binary(get) => match get(name).ok_or(io::ErrorKind::NotFound)?.data {
                Cow::Borrowed(bytes) => Ok(Bytes::from_static(bytes)),
                Cow::Owned(bytes) => Ok(bytes.into()),
            },
        }
    }

    /// Answers with the file at the address of a request.
    pub(super) async fn respond(&self, answers: &Answers, head: &Parts) -> io::Result<Response> {
        let name = name_at(head.uri.path()).ok_or(io::ErrorKind::NotFound)?;
        let version = self.version(&name)?;
        if let Self::Folder(folder) = self
            && !answers.has_room_for(version.length)
        {
            return Ok(stream_file(&folder.join(&*name), head).await);
        }
        let key = Key::of_site(Wanted::File {
            name: Arc::clone(&name),
            version,
        });
        let files = self.clone();
        let answer = async {
            tokio::task::spawn_blocking(move || files.answer(&name, version.modified)).await?
        };
        let answer = answers.get(key, answer).await?;
        let preconditions = Preconditions::of_head(&head.method, &head.headers);
        Ok(answer.respond(&preconditions))
    }

    /// The answer with a file. The compressed copies beside the file are its encodings.
    fn answer(&self, name: &str, modified: Option<SystemTime>) -> io::Result<Answer> {
        let file = self.read_now(name)?;
        let content_type = mime_guess::from_path(name)
            .first_raw()
            .unwrap_or("application/octet-stream");
        let mut answer = Answer::new(content_type, file.clone());
        for (header, value) in headers(name, modified) {
            answer = answer.with_header(header, value);
        }
        if !compresses(content_type) {
            answer = answer.incompressible();
        }
        let copy = |ending: &str| self.read_now(&format!("{name}.{ending}")).ok();
        if let Some(gzip) = copy("gz")
            && unpacks_to(MultiGzDecoder::new(&*gzip), &file)
        {
            answer = answer.with_packed(Encoding::Gzip, gzip);
        }
        if let Some(brotli) = copy("br")
            && unpacks_to(
                brotli::Decompressor::new(&*brotli, BROTLI_BUFFER_BYTES),
                &file,
            )
        {
            answer = answer.with_packed(Encoding::Brotli, brotli);
        }
        Ok(answer)
    }
}

/// Answers with a file that is too large to be kept.
async fn stream_file(path: &Path, head: &Parts) -> Response {
    let file = ServeFile::new(path).precompressed_br().precompressed_gzip();
    let request = Request::from_parts(head.clone(), Body::empty());
    let mut response = stream(file, request).await;
    let status = response.status();
    let caching = match status.is_success() || status == StatusCode::NOT_MODIFIED {
        true => caching(head.uri.path()),
        false => "no-cache",
    };
    let caching = HeaderValue::from_static(caching);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, caching);
    response
}

/// The name of the file at an address. `None` if the address leads out of the folder.
fn name_at(path: &str) -> Option<Arc<str>> {
    // At most a folder.
    if path.ends_with('/') {
        return None;
    }
    let path = path.trim_start_matches('/');
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let mut name = String::with_capacity(path.len());
    for component in Path::new(&*path).components() {
        match component {
            Component::Normal(part) => {
                if !name.is_empty() {
                    name.push('/');
                }
                name.push_str(part.to_str()?);
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::ParentDir => return None,
        }
    }
    Some(name.into())
}

fn headers(
    name: &str,
    modified: Option<SystemTime>,
) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let modified = modified
        .and_then(|modified| Timestamp::try_from(modified).ok())
        .and_then(|moment| {
            DateTimePrinter::new()
                .timestamp_to_rfc9110_string(&moment)
                .ok()
        })
        .and_then(|date| HeaderValue::try_from(date).ok());
    let modified = modified.map(|date| (header::LAST_MODIFIED, date));
    let others = [
        (header::CACHE_CONTROL, caching(name)),
        (header::VARY, "Accept-Encoding"),
    ];
    let others = others.map(|(header, value)| (header, HeaderValue::from_static(value)));
    others.into_iter().chain(modified)
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

/// Whether compression makes files of a type smaller: text, scripts, WebAssembly and SVG. Pictures and
/// fonts are compressed already.
fn compresses(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || ["javascript", "json", "wasm", "xml"]
            .iter()
            .any(|end| content_type.ends_with(end))
}

/// Whether a compressed copy belongs to this file. It may come from an earlier build, or be half written.
fn unpacks_to(copy: impl Read, file: &[u8]) -> bool {
    let mut unpacked = Vec::with_capacity(file.len());
    let mut copy = copy.take(file.len() as u64 + 1);
    copy.read_to_end(&mut unpacked).is_ok() && unpacked == file
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

    #[test]
    fn a_copy_counts_only_where_it_is_whole_and_of_the_same_file() {
        let file = b"console.log(1);".repeat(100);
        let mut packed = Vec::new();
        let mut encoder = brotli::CompressorWriter::new(&mut packed, 4096, 5, 22);
        io::Write::write_all(&mut encoder, &file).expect("compresses");
        drop(encoder);
        let unpacks = |copy: &[u8], file: &[u8]| {
            unpacks_to(brotli::Decompressor::new(copy, BROTLI_BUFFER_BYTES), file)
        };
        assert!(unpacks(&packed, &file));
        assert!(!unpacks(&packed[..packed.len() - 1], &file));
        assert!(!unpacks(&packed, &file[1..]));
        assert!(!unpacks(&packed, &[&file[..], b";"].concat()));
        assert!(!unpacks(b"", &file));
    }
}
