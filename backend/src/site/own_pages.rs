//! The site's own pages: the Markdown files of one folder, else the pages of the source.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use parking_lot::Mutex;
use shared::paths::{SITE_BASE, encode_segment};
use shared::site::SitePage;

use crate::clock::Clock;
use crate::content::address::Addresses;
use crate::content::mark::Mark;
use crate::content::markdown::Flavour;
use crate::content::old_address::OldAddress;
use crate::content::record::Visibility;
use crate::content::{front_matter, html, markdown, plain};
use crate::site::shell::escaped;
use crate::sources::folder::FolderSource;
use crate::sources::site_info::SourcePage;

/// The folder is read again after this long, so that an edited page is shown within 5 s.
const REREAD_INTERVAL: Duration = Duration::from_secs(2);

/// Names that the site needs itself.
const RESERVED: [&str; 13] = [
    "api", "blog", "blogs", "contact", "error", "feed", "healthz", "index", "media", "metrics",
    "readyz", "search", "site",
];

/// A page with its place in the menu and its aliases.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnPage {
    /// The page as the API shows it.
    pub page: SitePage,
    /// Its place in the menu, if it is there.
    pub menu: Option<f64>,
    /// Its label in the menu.
    pub label: String,
    /// Old addresses that redirect to it.
    pub old_addresses: Vec<OldAddress>,
    is_draft: bool,
    file: String,
}

impl OwnPage {
    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }
}

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
                .any(|skipped| skipped.file == before.file)
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
        let addresses: Arc<dyn Addresses> = Arc::new(PageAddresses {
            pages: names.iter().cloned().collect(),
        });
        let mut set = Self::default();
        for slug in names {
            match read_page(folder, &slug, &addresses) {
                Ok(page) if page.is_draft && !previews => {}
                Ok(page) => set.pages.push(page),
                Err(reason) => {
                    let is_reserved = RESERVED.contains(&slug.as_str());
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
    pub fn of_source(source: &[SourcePage]) -> Self {
        let mut set = Self::default();
        for (
            place,
            SourcePage {
                page, menu_label, ..
            },
        ) in source.iter().enumerate()
        {
            let slug = &page.slug;
            let is_taken = set.page(slug).is_some();
            let problem = match check_slug(slug) {
                Err(problem) => Some(problem),
                Ok(()) if is_taken => Some(format!("another page has the address /{slug}")),
                Ok(()) => None,
            };
            if let Some(reason) = problem {
                set.skipped.push(SkippedPage {
                    file: page.title.clone(),
                    reason,
                    is_reserved: false,
                });
                continue;
            }
            set.pages.push(OwnPage {
                menu: menu_label.as_ref().map(|_| place as f64),
                label: menu_label.clone().unwrap_or_else(|| page.title.clone()),
                page: page.clone(),
                old_addresses: Vec::new(),
                is_draft: false,
                file: String::new(),
            });
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

/// Checks a slug.
///
/// # Errors
/// When a page can't have the slug.
fn check_slug(slug: &str) -> Result<(), String> {
    if RESERVED.contains(&slug) {
        return Err(format!(
            "the site needs the address /{slug} itself; another name would fit"
        ));
    }
    if slug.contains('.') || slug.trim() != slug || slug.is_empty() {
        return Err("a name without dots and spaces at its ends would fit".to_owned());
    }
    Ok(())
}

/// Reads one page.
fn read_page(folder: &Path, slug: &str, addresses: &Arc<dyn Addresses>) -> Result<OwnPage, String> {
    check_slug(slug)?;
    let path = folder.join(format!("{slug}.md"));
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let document = front_matter::split(&text).map_err(|error| error.to_string())?;
    let about = document.record;
    let is_draft = about.visibility == Visibility::Hidden;
    let rendered = markdown::render(document.body, about.title.as_deref(), Flavour::Markdown)
        .map_err(|error| error.to_string())?;
    let safe = html::sanitise(&rendered.html, addresses).map_err(|error| error.to_string())?;
    let title = about.title.or(rendered.heading);
    let title = title.and_then(|title| plain::one_line(&title));
    let page = SitePage {
        slug: slug.to_owned(),
        title: title.unwrap_or_else(|| slug.to_owned()),
        description: about
            .summary
            .and_then(|description| plain::one_line(&description)),
        content_html: match is_draft {
            true => marked(&Mark::Draft, &safe.html),
            false => safe.html,
        },
        headings: safe.headings,
        updated_at: changed_at(&path),
    };
    Ok(OwnPage {
        label: page.title.clone(),
        page,
        menu: about.menu,
        old_addresses: OldAddress::all(&about.aliases, ""),
        is_draft,
        file: format!("{slug}.md"),
    })
}

/// The page that a preview shows in place of one that can't be read.
fn broken_page(slug: &str, reason: &str) -> OwnPage {
    let file = format!("{slug}.md");
    let told = format!(
        "<pre><code>{}</code></pre>",
        escaped(&format!("{file}: {reason}"))
    );
    OwnPage {
        page: SitePage {
            slug: slug.to_owned(),
            title: format!("{file} can’t be read"),
            description: None,
            content_html: marked(&Mark::Error, &told),
            headings: Vec::new(),
            updated_at: None,
        },
        menu: None,
        label: String::new(),
        old_addresses: Vec::new(),
        is_draft: false,
        file,
    }
}

/// HTML below a mark. The mark is in English on pages of any language.
fn marked(mark: &Mark, html: &str) -> String {
    format!("<p><strong lang=\"en\" class=\"byline-mark\">{mark}</strong></p>{html}")
}

/// When a file was written, in whole seconds.
fn changed_at(path: &Path) -> Option<String> {
    let changed = fs::metadata(path).ok()?.modified().ok()?;
    let age = changed.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    let moment = Timestamp::from_second(i64::try_from(age.as_secs()).ok()?).ok()?;
    Some(moment.to_string())
}

/// Resolves relative addresses in pages.
struct PageAddresses {
    pages: HashSet<String>,
}

impl Addresses for PageAddresses {
    /// `imprint.md` becomes that page's address. Other links stay as they are.
    fn link(&self, relative: &str) -> Option<String> {
        let (path, fragment) = relative.split_once('#').unwrap_or((relative, ""));
        let page = path.trim_start_matches("./").strip_suffix(".md");
        match page {
            Some(slug) if self.pages.contains(slug) => {
                let mark = if fragment.is_empty() { "" } else { "#" };
                Some(format!("/{}{mark}{fragment}", encode_segment(slug)))
            }
            _ => Some(relative.to_owned()),
        }
    }

    fn image(&self, relative: &str) -> Option<String> {
        if relative.starts_with('/') {
            return Some(relative.to_owned());
        }
        Some(format!(
            "{SITE_BASE}/pages/{}",
            relative.trim_start_matches("./")
        ))
    }
}
