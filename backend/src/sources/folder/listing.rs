//! Lists a folder: posts, files beside them, tables of authors.

use std::fs;
use std::io;
use std::path::Path;

use crate::sources::markdown_file::DRAFTS;
use crate::sources::media_type;

/// How many folders deep posts are looked for.
const MAX_DEPTH: usize = 16;
/// Folders of generators without posts: parts of pages, and output.
const OTHER_FOLDERS: [&str; 8] = [
    "_includes",
    "_layouts",
    "_data",
    "_sass",
    "_site",
    "_templates",
    "archetypes",
    "node_modules",
];
/// Endings of Markdown files. `mdx` is Markdown with JavaScript.
const POST_ENDINGS: [&str; 6] = ["md", "markdown", "mdown", "mkd", "mkdn", "mdx"];

/// Paths below a folder, with `/` on every platform, in the order of their names.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) posts: Vec<String>,
    /// Pictures and other files that posts link to.
    pub(super) media: Vec<String>,
    pub(super) authors: Vec<String>,
    /// Whether folders of drafts are listed too.
    with_drafts: bool,
}

impl Listing {
    /// Lists the files below `root`.
    ///
    /// # Errors
    /// When the folder itself can't be read. A subfolder that can't be read is left out with a warning.
    pub(super) fn of(root: &Path, with_drafts: bool) -> io::Result<Self> {
        let mut listing = Self {
            with_drafts,
            ..Self::default()
        };
        listing.walk(&root.canonicalize()?, "", MAX_DEPTH)?;
        Ok(listing)
    }

    fn walk(&mut self, root: &Path, folder: &str, depth: usize) -> io::Result<()> {
        let mut entries = fs::read_dir(root.join(folder))?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                tracing::warn!(file = ?name, "Skipping a file whose name is no UTF-8");
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let path = if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            };
            // Symbolic links to folders could make a loop, links to files can't.
            let kind = entry.file_type()?;
            let is_left_out =
                || OTHER_FOLDERS.contains(&name) || (name == DRAFTS && !self.with_drafts);
            if kind.is_dir() && is_left_out() {
                tracing::debug!(folder = path, "Skipping a folder that holds no posts");
            } else if kind.is_dir() {
                if depth == 0 {
                    tracing::warn!(folder = path, "Skipping a folder that is nested too deeply");
                } else if let Err(error) = self.walk(root, &path, depth - 1) {
                    tracing::warn!(folder = path, "Skipping a folder: {error}");
                }
            } else if kind.is_file() || (kind.is_symlink() && stays_below(root, &entry.path())) {
                self.sort_in(name, path);
            }
        }
        Ok(())
    }

    fn sort_in(&mut self, name: &str, path: String) {
        let lower = name.to_ascii_lowercase();
        let ending = lower.rsplit_once('.').map(|(_, ending)| ending);
        if lower == "authors.yml" || lower == "authors.yaml" {
            self.authors.push(path);
        } else if ending.is_some_and(|ending| POST_ENDINGS.contains(&ending)) {
            if !name.starts_with('_') && !lower.starts_with("readme.") {
                self.posts.push(path);
            }
        } else if media_type(name).is_some() {
            self.media.push(path);
        }
    }
}

fn stays_below(root: &Path, link: &Path) -> bool {
    link.canonicalize()
        .is_ok_and(|target| target.starts_with(root) && target.is_file())
}
