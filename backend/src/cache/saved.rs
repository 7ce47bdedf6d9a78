//! The last good copy on disk: a restart while the source is down shows the site as it was.

use std::borrow::Cow;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::view::FetchedBlogs;
use crate::content::post::Post;
use crate::sources::site_info::SiteInfo;
use crate::store::data_dir::{create_folder, open_private};

/// The name of the file in the data directory.
const FILE_NAME: &str = "last-copy.json.gz";
/// The version of the file's format. A file of another version is not read.
const FORMAT: u32 = 2;

/// Where the last good copy of one source is kept.
#[derive(Debug, Clone)]
pub struct SavedCopy {
    path: PathBuf,
    source: String,
    /// Held while writing: two writers would mix their bytes.
    turn: Arc<Mutex<()>>,
}

/// The content of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Contents<'a> {
    format: u32,
    /// Names the source. After a change of `--source` the copy is that of another one, and not used.
    source: String,
    kind: String,
    fetched_at: String,
    posts: Cow<'a, [Post]>,
    site: Option<SiteInfo>,
}

/// A copy that was read from disk.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) kind: String,
    pub(super) fetched_at: String,
    pub(super) posts: Vec<Post>,
    pub(super) site: Option<SiteInfo>,
}

impl SavedCopy {
    /// A copy in `data_dir` of the source that `source` names. Secrets in it should be hashed.
    pub fn new(data_dir: &Path, source: String) -> Self {
        Self {
            path: data_dir.join(FILE_NAME),
            source,
            turn: Arc::default(),
        }
    }

    /// Reads the copy. A damaged file, or one of another version, is ignored with a warning.
    pub(super) fn load(&self) -> Option<Loaded> {
        match self.read() {
            Ok(contents) if contents.format != FORMAT => {
                tracing::warn!(file = %self.path.display(), "Ignoring the saved copy: another version wrote it");
                None
            }
            Ok(contents) if contents.source != self.source => None,
            Ok(contents) => Some(Loaded {
                kind: contents.kind,
                fetched_at: contents.fetched_at,
                posts: contents.posts.into_owned(),
                site: contents.site,
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(file = %self.path.display(), "Ignoring the saved copy, which can't be read: {error}");
                None
            }
        }
    }

    fn read(&self) -> io::Result<Contents<'static>> {
        let mut reader = BufReader::new(GzDecoder::new(File::open(&self.path)?));
        let contents = serde_json::from_reader(&mut reader)?;
        // Reads to the end: gzip's checksum follows the last byte, and is checked only then.
        io::copy(&mut reader, &mut io::sink())?;
        Ok(contents)
    }

    /// Replaces the copy; after a crash the file is the old or the new one. A failure is a warning.
    pub(super) fn save(&self, blogs: &FetchedBlogs) {
        let contents = Contents {
            format: FORMAT,
            source: self.source.clone(),
            kind: blogs.source.to_string(),
            fetched_at: blogs.fetched_at.to_string(),
            posts: blogs.copy.snapshot.posts().into(),
            site: blogs.site.as_deref().cloned(),
        };
        let _turn = self.turn.lock();
        if let Err(error) = self.write(&contents) {
            tracing::warn!(file = %self.path.display(), "Can't save the copy of the blogs: {error}");
        }
    }

    fn write(&self, contents: &Contents<'_>) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            create_folder(folder)?;
        }
        let temporary = self.path.with_extension("tmp");
        let mut options = OpenOptions::new();
        options.create(true).truncate(true);
        let file = open_private(&temporary, options)?;
        let mut encoder = GzEncoder::new(BufWriter::new(file), Compression::fast());
        serde_json::to_writer(&mut encoder, contents)?;
        let mut writer = encoder.finish()?;
        writer.flush()?;
        writer.get_ref().sync_all()?;
        fs::rename(&temporary, &self.path)
    }
}
