//! The site's own pages: the Markdown files of one folder, else the pages of the source.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

use super::own_page::{OwnPage, broken_page, check_slug, is_reserved, page_addresses, read_page};
use crate::clock::Clock;
use crate::sources::folder::FolderSource;
use crate::sources::site_info::SourcePage;

/// The folder is read again after this long, so that an edited page is shown within 5 s.
const REREAD_INTERVAL: Duration = Duration::from_secs(2);

/// The content of a folder of pages.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PageSet {
    /// The pages, sorted by slug.
    pub pages: Vec<OwnPage>,
    /// The files that can't be pages.
    pub skipped: Vec<SkippedPage>,
}

/// A file, or a page of the source, that can't be a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedPage {
    /// The file's name, or the page's title at the source.
    pub file: String,
    /// The reason, with the line if it is known.
    pub reason: String,
    /// Whether the file's name is one that the site needs itself.
    pub is_reserved: bool,
}

/// The pages as they are now.
pub struct OwnPages {
    folder: Option<PathBuf>,
    /// Whether drafts and faults are shown.
    previews: bool,
    pictures: Option<FolderSource>,
    clock: Arc<dyn Clock>,
    /// When the folder was read. Held while it is read.
    read_at: tokio::sync::Mutex<Duration>,
    current: Mutex<Arc<PageSet>>,
}

impl OwnPages {
    /// The pages of `folder`, read once. Without a folder there are none.
    ///
    /// # Errors
    /// When the folder can't be read, or a page has a name that the site needs itself.
    pub fn open(folder: Option<PathBuf>, clock: Arc<dyn Clock>) -> Result<Self, String> {
        Self::read_first(folder, clock, false)
    }

    /// The same with marked drafts, and with the error in place of a page that can't be read
    /// (`--preview`).
    ///
    /// # Errors
    /// As for [`OwnPages::open`].
    pub fn preview(folder: Option<PathBuf>, clock: Arc<dyn Clock>) -> Result<Self, String> {
        Self::read_first(folder, clock, true)
    }

    fn read_first(
        folder: Option<PathBuf>,
        clock: Arc<dyn Clock>,
        previews: bool,
    ) -> Result<Self, String> {
        let first = match &folder {
            None => PageSet::default(),
            Some(folder) => PageSet::read(folder, previews)
                .map_err(|error| format!("can't read `{}`: {error}", folder.display()))?,
        };
        if let Some(skipped) = first.skipped.iter().find(|skipped| skipped.is_reserved) {
            return Err(format!("`{}`: {}", skipped.file, skipped.reason));
        }
        first.log();
        Ok(Self {
            pictures: folder.clone().map(FolderSource::new),
            folder,
            previews,
            read_at: tokio::sync::Mutex::new(clock.uptime()),
            clock,
            current: Mutex::new(Arc::new(first)),
        })
    }

    /// Whether the pages are those of a folder.
    pub fn are_of_folder(&self) -> bool {
        self.folder.is_some()
    }

    /// The pictures beside the pages.
    pub fn pictures(&self) -> Option<&FolderSource> {
        self.pictures.as_ref()
    }

    /// The pages as they were last read.
    pub fn known(&self) -> Arc<PageSet> {
        Arc::clone(&self.current.lock())
    }

    /// Whether the last reading found a page with this slug.
    pub fn has(&self, slug: &str) -> bool {
        self.current.lock().page(slug).is_some()
    }

    /// The pages, read at most [`REREAD_INTERVAL`] ago. While one request reads them, others get the
    /// earlier ones.
    pub async fn current(&self) -> Arc<PageSet> {
        if let Some(folder) = &self.folder
            && let Ok(mut read_at) = self.read_at.try_lock()
        {
            let now = self.clock.uptime();
            if now.saturating_sub(*read_at) >= REREAD_INTERVAL {
                *read_at = now;
                self.read_again(folder.clone()).await;
            }
        }
        self.known()
    }

    /// Reads the pages now, however recent the last reading is.
    pub async fn read_now(&self) {
        if let Some(folder) = &self.folder {
            let mut read_at = self.read_at.lock().await;
            *read_at = self.clock.uptime();
            self.read_again(folder.clone()).await;
        }
    }

    /// Reads the folder. A page that can't be read any more keeps its earlier text, except in a preview.
    async fn read_again(&self, folder: PathBuf) {
        let previews = self.previews;
        let read = tokio::task::spawn_blocking(move || PageSet::read(&folder, previews)).await;
        let mut pages = match read {
            Ok(Ok(pages)) => pages,
            Ok(Err(error)) => {
                tracing::warn!(cause = %error, "The folder of pages can't be read");
                return;
            }
            Err(error) => {
                tracing::error!(cause = %error, "Reading the pages broke off");
                return;
            }
        };
        let mut current = self.current.lock();
        for before in current.pages.iter().filter(|_| !previews) {
            if pages
                .skipped
                .iter()
                .any(|skipped| skipped.file == before.file())
            {
                pages.pages.push(before.clone());
            }
        }
        pages.sort();
        if pages != **current {
            pages.log();
            *current = Arc::new(pages);
        }
    }
}

impl PageSet {
    /// Reads the Markdown files of a folder. Drafts are left out. A preview includes them, and shows the
    /// error in place of a file that can't be read.
    ///
    /// # Errors
    /// When the folder can't be read. A single bad file is skipped.
    pub fn read(folder: &Path, previews: bool) -> io::Result<Self> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if let Some(slug) = name.strip_suffix(".md")
                && !name.starts_with(['.', '_'])
            {
                names.push(slug.to_owned());
            }
        }
        let addresses = page_addresses(&names);
        let mut set = Self::default();
        for slug in names {
            match read_page(folder, &slug, &addresses) {
                Ok(page) if page.is_draft && !previews => {}
                Ok(page) => set.pages.push(page),
                Err(reason) => {
                    let is_reserved = is_reserved(&slug);
                    let file = format!("{slug}.md");
                    if previews && !is_reserved {
                        set.pages.push(broken_page(&slug, &reason));
                    }
                    set.skipped.push(SkippedPage {
                        file,
                        reason,
                        is_reserved,
                    });
                }
            }
        }
        set.sort();
        Ok(set)
    }

    /// The pages of a source. One whose address is taken is skipped.
    pub fn of_source(pages: &[SourcePage]) -> Self {
        let mut set = Self::default();
        for (place, source) in pages.iter().enumerate() {
            let (slug, title) = (&source.page.slug, &source.page.title);
            let is_taken = set.page(slug).is_some();
            let problem = match check_slug(slug) {
                Err(problem) => Some(problem),
                Ok(()) if is_taken => Some(format!("another page has the address /{slug}")),
                Ok(()) => None,
            };
            if let Some(reason) = problem {
                set.skipped.push(SkippedPage {
                    file: title.clone(),
                    reason,
                    is_reserved: false,
                });
                continue;
            }
            set.pages.push(OwnPage::of_source(source, place));
        }
        set.sort();
        set
    }

    /// The page with this slug.
    pub fn page(&self, slug: &str) -> Option<&OwnPage> {
        self.pages.iter().find(|own| own.page.slug == slug)
    }

    fn sort(&mut self) {
        self.pages.sort_by(|a, b| a.page.slug.cmp(&b.page.slug));
        self.skipped.sort_by(|a, b| a.file.cmp(&b.file));
    }

    /// Logs the skipped pages.
    pub(super) fn log(&self) {
        for skipped in &self.skipped {
            tracing::warn!(page = skipped.file, "Skipping a page: {}", skipped.reason);
        }
    }
}
