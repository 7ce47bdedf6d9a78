//! The site as visitors see it now: its identity, its pages and its menu.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use shared::paths::encode_segment;
use shared::site::{ABOUT_PAGE, HOME_PAGE, MenuItem, Site};

use crate::site::identity::{Identity, SiteFile, SiteSettings};
use crate::site::own_page::OwnPage;
use crate::site::own_pages::{OwnPages, PageSet};
use crate::site::redirects::Redirects;
use crate::sources::site_info::SiteInfo;

/// How many earlier views are kept: pages that are open in browsers name their files.
const EARLIER_VIEWS: usize = 3;

/// The site without its posts.
pub struct Profile {
    previews: bool,
    /// The site's own pages.
    pub pages: OwnPages,
    /// Old addresses.
    pub redirects: Redirects,
    views: Mutex<Views>,
}

/// The site at one moment.
pub struct ProfileView {
    /// Unique in this process, from 1.
    pub number: u64,
    /// The API's description of the site.
    pub site: Site,
    /// Words, colours and files.
    pub identity: Identity,
    pages: Arc<PageSet>,
}

struct Views {
    settings: SiteSettings,
    /// Whether the settings have changed since the newest view.
    has_new_settings: bool,
    newest: Arc<ProfileView>,
    /// Newest first.
    earlier: VecDeque<Arc<ProfileView>>,
    /// The parts that the newest one is made of.
    of_folder: Arc<PageSet>,
    source: Option<Arc<SiteInfo>>,
}

impl Profile {
    /// A site made of these parts. `previews` says whether its pages are those of a preview.
    pub fn new(
        settings: SiteSettings,
        previews: bool,
        pages: OwnPages,
        redirects: Redirects,
    ) -> Self {
        let of_folder = pages.known();
        let identity = identity(&settings, previews, &SiteInfo::default());
        let view = ProfileView::new(1, identity, Arc::clone(&of_folder));
        Self {
            previews,
            pages,
            redirects,
            views: Mutex::new(Views {
                settings,
                has_new_settings: false,
                newest: Arc::new(view),
                earlier: VecDeque::new(),
                of_folder,
                source: None,
            }),
        }
    }

    /// The site as it is now. `source` is what its source says about it.
    pub async fn view(&self, source: Option<Arc<SiteInfo>>) -> Arc<ProfileView> {
        let of_folder = self.pages.current().await;
        let mut views = self.views.lock();
        let is_same = !std::mem::take(&mut views.has_new_settings)
            && Arc::ptr_eq(&views.of_folder, &of_folder)
            && match (&views.source, &source) {
                (Some(before), Some(now)) => Arc::ptr_eq(before, now) || before == now,
                (None, None) => true,
                _ => false,
            };
        views.source = source;
        if !is_same {
            let nothing = SiteInfo::default();
            let source = views.source.as_deref().unwrap_or(&nothing);
            let pages = self.shown_pages(&of_folder, source);
            let number = views.newest.number + 1;
            let identity = identity(&views.settings, self.previews, source);
            let view = ProfileView::new(number, identity, pages);
            let before = std::mem::replace(&mut views.newest, Arc::new(view));
            views.earlier.push_front(before);
            views.earlier.truncate(EARLIER_VIEWS);
            views.of_folder = of_folder;
        }
        Arc::clone(&views.newest)
    }

    /// The files of logo and icon.
    pub fn pictures(&self) -> Vec<PathBuf> {
        let settings = &self.views.lock().settings;
        let pictures = settings.logo.iter().chain(&settings.icon);
        pictures
            .filter_map(|picture| picture.path.clone())
            .collect()
    }

    /// Reads logo and icon again from their files.
    pub async fn read_pictures(&self) {
        let mut settings = self.views.lock().settings.clone();
        let read =
            tokio::task::spawn_blocking(move || settings.read_pictures().then_some(settings));
        if let Ok(Some(settings)) = read.await {
            let mut views = self.views.lock();
            views.settings = settings;
            views.has_new_settings = true;
        }
    }

    /// The site as it was last shown.
    pub fn latest(&self) -> Arc<ProfileView> {
        Arc::clone(&self.views.lock().newest)
    }

    /// A file below `/site/`, of the site as it is or was a while ago.
    pub fn file(&self, name: &str) -> Option<SiteFile> {
        let views = self.views.lock();
        let mut all = std::iter::once(&views.newest).chain(&views.earlier);
        all.find_map(|view| view.identity.file(name).cloned())
    }

    /// The pages of the folder; without one, those of the source.
    fn shown_pages(&self, of_folder: &Arc<PageSet>, source: &SiteInfo) -> Arc<PageSet> {
        if self.pages.are_of_folder() {
            return Arc::clone(of_folder);
        }
        let pages = PageSet::of_source(&source.pages);
        pages.log();
        Arc::new(pages)
    }
}

fn identity(settings: &SiteSettings, previews: bool, source: &SiteInfo) -> Identity {
    let identity = Identity::new(settings, source);
    match previews {
        true => identity.previewing(),
        false => identity,
    }
}

/// A site's words, with its menu and the list of its pages.
pub fn site_with(words: &Site, pages: &PageSet) -> Site {
    let own = pages.pages.iter();
    Site {
        menu: menu(words, pages),
        pages: own.map(|own| own.page.slug.clone()).collect(),
        ..words.clone()
    }
}

impl ProfileView {
    fn new(number: u64, identity: Identity, pages: Arc<PageSet>) -> Self {
        Self {
            number,
            site: site_with(identity.words(), &pages),
            identity,
            pages,
        }
    }

    /// A page of the site's own.
    pub fn page(&self, slug: &str) -> Option<&OwnPage> {
        self.pages.page(slug)
    }

    /// All pages of the site's own.
    pub fn pages(&self) -> &PageSet {
        &self.pages
    }
}

/// Home, posts, the built-in About page unless an own page replaces it, own pages in order, and the
/// contact form.
fn menu(words: &Site, pages: &PageSet) -> Vec<MenuItem> {
    let mut own: Vec<&OwnPage> = pages
        .pages
        .iter()
        .filter(|own| own.menu.is_some() && own.page.slug != HOME_PAGE)
        .collect();
    own.sort_by(|a, b| {
        a.menu
            .partial_cmp(&b.menu)
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let own = own.into_iter().map(|own| MenuItem {
        label: own.label.clone(),
        url: format!("/{}", encode_segment(&own.page.slug)),
    });
    let replaces_about = pages.page(ABOUT_PAGE).is_some();
    let mut menu = Site::built_in_menu(words.contact);
    menu.retain(|item| !(replaces_about && item.url == "/about"));
    let end = menu.iter().position(|item| item.url == "/contact");
    let at = end.unwrap_or(menu.len());
    menu.splice(at..at, own);
    menu
}
