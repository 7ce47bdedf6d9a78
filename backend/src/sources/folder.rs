//! A folder of Markdown posts and their pictures.

mod addresses;
mod listing;

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;

use self::addresses::FolderAddresses;
use self::listing::Listing;
use super::markdown_file::{Authors, MarkdownFile};
use super::{BlogSource, Media, MediaContent, SourceError, media_type};
use crate::content::address::Addresses;
use crate::content::fields::Fields;
use crate::content::front_matter;
use crate::content::post::Post;
use crate::content::record::Visibility;

/// Files that are larger are no posts, in bytes.
const MAX_POST_SIZE: u64 = 4 * 1024 * 1024;

/// The Markdown files and pictures below a folder, read anew each time.
///
/// Left out: files and folders whose names begin with `.`, files whose names begin with `_`, READMEs,
/// drafts, and whatever symbolic links lead out of the folder for.
#[derive(Debug)]
pub struct FolderSource {
    root: PathBuf,
}

impl FolderSource {
    /// Reads posts below `root`.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }
}

#[async_trait]
impl BlogSource for FolderSource {
    fn kind(&self) -> &'static str {
        "folder"
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let root = self.root.clone();
        let reading = tokio::task::spawn_blocking(move || read_folder(&root))
            .await
            .map_err(|error| {
                SourceError::Unusable(format!("reading the folder broke off: {error}"))
            })??;
        for skipped in &reading.skipped {
            tracing::warn!(file = skipped.file, "Skipping a post: {}", skipped.reason);
        }
        Ok(reading.posts)
    }

    async fn media(&self, path: &str) -> Option<Media> {
        let content_type = media_type(path)?;
        let (root, path) = (self.root.clone(), path.to_owned());
        let file = tokio::task::spawn_blocking(move || find_media(&root, &path))
            .await
            .ok()??;
        Some(Media {
            content_type,
            content: MediaContent::File(file),
        })
    }
}

/// What a folder holds.
#[derive(Debug, Default)]
struct FolderContents {
    posts: Vec<Post>,
    skipped: Vec<SkippedFile>,
}

/// A file that is no post, though it should be one.
#[derive(Debug)]
struct SkippedFile {
    /// Below the folder.
    file: String,
    /// With the line, where there is one.
    reason: String,
}

fn read_folder(root: &Path) -> Result<FolderContents, SourceError> {
    let listing = Listing::of(root).map_err(|error| {
        SourceError::Unreachable(format!(
            "the folder {} can't be read: {error}",
            root.display()
        ))
    })?;
    let mut reading = FolderContents::default();
    let files = read_files(root, &listing, &mut reading.skipped);
    let authors = read_authors(root, &listing, &mut reading.skipped);
    let ids = assign_ids(&files);
    let addresses = Arc::new(FolderAddresses::new(listing.images, ids.clone()));

    let no_authors = Authors::new();
    for file in files {
        let (folder, _) = file.path.rsplit_once('/').unwrap_or_default();
        let authors = authors
            .get(folder)
            .or_else(|| authors.get(""))
            .unwrap_or(&no_authors);
        let addresses: Arc<dyn Addresses> = Arc::new(addresses.seen_from(folder));
        let path = file.path.clone();
        let id = ids.get(&path).cloned().unwrap_or_else(|| file.path_id());
        match file.into_post(id, authors, &addresses) {
            Ok(post) => reading.posts.push(post),
            Err(error) => reading.skipped.push(SkippedFile {
                file: path,
                reason: error.to_string(),
            }),
        }
    }
    Ok(reading)
}

/// All files that can be read and are no drafts.
fn read_files(root: &Path, listing: &Listing, skipped: &mut Vec<SkippedFile>) -> Vec<MarkdownFile> {
    let mut files = Vec::new();
    for path in &listing.posts {
        let parsed = read_text(&root.join(path))
            .map_err(|error| error.to_string())
            .and_then(|text| {
                MarkdownFile::parse(path.clone(), &text).map_err(|error| error.to_string())
            });
        match parsed {
            Ok(file) if file.record.visibility == Visibility::Hidden => {}
            Ok(file) => files.push(file),
            Err(reason) => skipped.push(SkippedFile {
                file: path.clone(),
                reason,
            }),
        }
    }
    files
}

/// The tables of authors (Docusaurus's `authors.yml`) by the folder that each stands in.
fn read_authors(
    root: &Path,
    listing: &Listing,
    skipped: &mut Vec<SkippedFile>,
) -> HashMap<String, Authors> {
    let mut tables = HashMap::new();
    for path in &listing.authors {
        let parsed = read_text(&root.join(path))
            .map_err(|error| error.to_string())
            .and_then(|text| {
                front_matter::parse_yaml_fields(&text).map_err(|error| error.to_string())
            });
        match parsed {
            Ok(table) => {
                let fields = Fields(&table);
                let authors: Authors = table
                    .keys()
                    .filter_map(|key| {
                        Some((key.clone(), fields.people(&[key]).into_iter().next()?))
                    })
                    .collect();
                let (folder, _) = path.rsplit_once('/').unwrap_or_default();
                tables.insert(folder.to_owned(), authors);
            }
            Err(reason) => skipped.push(SkippedFile {
                file: path.clone(),
                reason,
            }),
        }
    }
    tables
}

/// Ids by path: the preferred one, or the whole path for files in subfolders that share one.
fn assign_ids(files: &[MarkdownFile]) -> HashMap<String, String> {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for file in files {
        *uses.entry(file.preferred_id()).or_default() += 1;
    }
    files
        .iter()
        .map(|file| {
            let preferred = file.preferred_id();
            let is_shared = uses.get(&preferred).is_some_and(|&uses| uses > 1);
            let id = if is_shared && file.path.contains('/') {
                file.path_id()
            } else {
                preferred
            };
            (file.path.clone(), id)
        })
        .collect()
}

fn read_text(path: &Path) -> io::Result<String> {
    let bytes = read_bounded(path, MAX_POST_SIZE)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("line {line}: this is no UTF-8"),
        )
    })
}

/// # Errors
/// When the file can't be read, or is larger than `limit` bytes.
fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(limit + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// A picture's file below the folder. Hidden files are none, nor is one outside that a link leads to.
fn find_media(root: &Path, path: &str) -> Option<PathBuf> {
    let plain = path.split('/').all(|segment| {
        !segment.is_empty() && !segment.starts_with('.') && !segment.contains(['\\', ':', '\0'])
    });
    if !plain {
        return None;
    }
    let root = root.canonicalize().ok()?;
    let file = root.join(path).canonicalize().ok()?;
    (file.starts_with(&root) && file.is_file()).then_some(file)
}

#[cfg(test)]
mod tests;
