//! A folder of Markdown posts and the files beside them.

mod addresses;
mod ids;
mod listing;
mod reading;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use unicode_normalization::UnicodeNormalization;

use self::reading::{FolderContents, Shown, SkippedFile, read_folder};
use super::{BlogSource, Media, MediaContent, SourceError, media_type};
use crate::clock::{Clock, SystemClock};
use crate::content::post::Post;
use crate::telemetry::told::Told;

/// The Markdown files below a folder, and the files that they link to. Each fetch reads all of them.
///
/// Left out: files and folders whose names begin with `.`, files whose names begin with `_`, READMEs,
/// generators' own folders, drafts, posts of the future, and symbolic links to files outside of the
/// folder.
pub struct FolderSource {
    root: PathBuf,
    clock: Arc<dyn Clock>,
    shows_future: bool,
    previews: bool,
    /// In a preview, the ids of the last reading by path.
    known_ids: Mutex<HashMap<String, String>>,
    told_skipped: Told<SkippedFile>,
    told_notes: Told<String>,
    /// The files that posts linked to in the last reading.
    linked: Mutex<Option<HashSet<String>>>,
}

impl FolderSource {
    /// Reads posts below `root`.
    pub fn new(root: PathBuf) -> Self {
        Self {
            root,
            clock: Arc::new(SystemClock::start()),
            shows_future: false,
            previews: false,
            known_ids: Mutex::default(),
            told_skipped: Told::default(),
            told_notes: Told::default(),
            linked: Mutex::default(),
        }
    }

    /// Whether posts whose date is in the future are shown (`--future`).
    pub fn showing_future(mut self, shows_future: bool) -> Self {
        self.shows_future = shows_future;
        self
    }

    /// Whether all files are shown (`--preview`): drafts, posts of the future and expired ones with a
    /// mark, and in place of a file that can't be read a post that says why.
    pub fn previewing(mut self, previews: bool) -> Self {
        self.previews = previews;
        self
    }

    async fn read(&self) -> Result<FolderContents, SourceError> {
        let root = self.root.clone();
        let shown = if self.previews {
            Shown::Preview {
                now: self.clock.now(),
                known_ids: self.known_ids.lock().clone(),
            }
        } else if self.shows_future {
            Shown::Whenever
        } else {
            Shown::PublicAt(self.clock.now())
        };
        let contents = tokio::task::spawn_blocking(move || read_folder(&root, &shown))
            .await
            .map_err(|error| {
                SourceError::Unusable(format!("reading the folder broke off: {error}"))
            })??;
        if self.previews {
            self.known_ids.lock().clone_from(&contents.ids);
        }
        Ok(contents)
    }

    /// Whether a public post links to a file. Files other than pictures are served only then, since a
    /// folder may hold files that are not meant to be public.
    async fn is_linked(&self, path: &str) -> bool {
        let path: String = path.nfc().collect();
        let is_in = |linked: &HashSet<String>| {
            let mut linked = linked.iter();
            linked.any(|file| file.nfc().eq(path.chars()))
        };
        let known = self.linked.lock().as_ref().map(is_in);
        match known {
            Some(is_linked) => is_linked,
            None => self.read().await.is_ok_and(|read| {
                let is_linked = is_in(&read.linked);
                *self.linked.lock() = Some(read.linked);
                is_linked
            }),
        }
    }
}

/// The result of one reading of a folder.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The posts, including those of the future.
    pub posts: Vec<Post>,
    /// The file of each post, by id.
    pub files: HashMap<String, String>,
    /// One line for each fault, with the file, and the line in it if known.
    pub faults: Vec<String>,
    /// One line for each note to the author.
    pub notes: Vec<String>,
}

/// Reads a folder once, for its author.
///
/// # Errors
/// When the folder can't be read.
pub fn inspect(root: &Path) -> Result<Report, SourceError> {
    let reading = read_folder(root, &Shown::Whenever)?;
    let skipped = |skipped: &SkippedFile| format!("{}: {}", skipped.file, skipped.reason);
    let untitled = |file: &String| {
        format!("{file}: no title; `title` in its front matter, or a heading, would fit")
    };
    let faults = reading.skipped.iter().map(skipped);
    let faults = faults.chain(reading.untitled.iter().map(untitled));
    Ok(Report {
        faults: faults.chain(reading.duplicates).collect(),
        files: reading
            .ids
            .into_iter()
            .map(|(file, id)| (id, file))
            .collect(),
        notes: reading.notes,
        posts: reading.posts,
    })
}

#[async_trait]
impl BlogSource for FolderSource {
    fn kind(&self) -> &'static str {
        "folder"
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        let reading = self.read().await?;
        self.told_skipped.tell(
            reading.skipped,
            |skipped| tracing::warn!(file = skipped.file, "Skipping a post: {}", skipped.reason),
            |more| tracing::warn!("Skipping {more} more posts; `flashblog check` names all"),
        );
        self.told_notes.tell(
            [reading.duplicates, reading.notes].concat(),
            |note| tracing::info!("{note}"),
            |more| tracing::info!("{more} more notes; `flashblog check` has all"),
        );
        *self.linked.lock() = Some(reading.linked);
        Ok(reading.posts)
    }

    async fn media(&self, path: &str) -> Option<Media> {
        let content_type = media_type(path)?;
        if !content_type.starts_with("image/") && !self.is_linked(path).await {
            return None;
        }
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

/// Finds a file below the folder. `None` for hidden files, and for symbolic links that lead outside.
fn find_media(root: &Path, path: &str) -> Option<PathBuf> {
    let plain = path.split('/').all(|segment| {
        !segment.is_empty() && !segment.starts_with('.') && !segment.contains(['\\', ':', '\0'])
    });
    if !plain {
        return None;
    }
    let root = root.canonicalize().ok()?;
    let file = root.join(path).canonicalize();
    let file = file.ok().or_else(|| spelled_otherwise(&root, path))?;
    (file.starts_with(&root) && file.is_file()).then_some(file)
}

/// The file whose path has the same letters in other code points: macOS writes `é` as two.
fn spelled_otherwise(root: &Path, path: &str) -> Option<PathBuf> {
    if path.is_ascii() {
        return None;
    }
    let mut found = root.to_owned();
    for segment in path.split('/') {
        let mut entries = fs::read_dir(&found).ok()?.filter_map(Result::ok);
        let entry = entries.find(|entry| {
            let name = entry.file_name();
            name.to_str()
                .is_some_and(|name| name.nfc().eq(segment.nfc()))
        })?;
        found = entry.path();
    }
    found.canonicalize().ok()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod links_tests;

#[cfg(test)]
mod habits_tests;

#[cfg(test)]
mod real_blogs_tests;
