//! One page of the site's own: read from its Markdown file, or as the source has it.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use shared::paths::{SITE_BASE, encode_segment};
use shared::site::SitePage;

use crate::content::address::Addresses;
use crate::content::mark::Mark;
use crate::content::markdown::Flavour;
use crate::content::old_address::OldAddress;
use crate::content::record::Visibility;
use crate::content::{front_matter, html, markdown, plain};
use crate::site::shell::escaped;
use crate::sources::site_info::SourcePage;

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
    /// Whether only a preview shows it.
    pub(super) is_draft: bool,
    file: String,
}

impl OwnPage {
    /// A page of the site's source, with its place among them all.
    pub(super) fn of_source(source: &SourcePage, place: usize) -> Self {
        let SourcePage {
            page, menu_label, ..
        } = source;
        Self {
            menu: menu_label.as_ref().map(|_| place as f64),
            label: menu_label.clone().unwrap_or_else(|| page.title.clone()),
            page: page.clone(),
            old_addresses: Vec::new(),
            is_draft: false,
            file: String::new(),
        }
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        &self.file
    }
}

/// Whether the site needs an address itself.
pub(super) fn is_reserved(slug: &str) -> bool {
    RESERVED.contains(&slug)
}

/// Checks a slug.
///
/// # Errors
/// When a page can't have the slug.
pub(super) fn check_slug(slug: &str) -> Result<(), String> {
    if is_reserved(slug) {
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
pub(super) fn read_page(
    folder: &Path,
    slug: &str,
    addresses: &Arc<dyn Addresses>,
) -> Result<OwnPage, String> {
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
pub(super) fn broken_page(slug: &str, reason: &str) -> OwnPage {
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

/// The addresses in pages of a folder that has these slugs.
pub(super) fn page_addresses(slugs: &[String]) -> Arc<dyn Addresses> {
    let pages = slugs.iter().cloned().collect();
    Arc::new(PageAddresses { pages })
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
