//! The site as visitors see it now: its identity, its pages and its menu.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::value::{RawValue, to_raw_value};
use shared::paths::encode_segment;
use shared::site::{ABOUT_PAGE, HOME_PAGE, MenuItem, Site};

use crate::site::identity::Identity;
use crate::site::own_pages::{OwnPage, OwnPages, PageSet};
use crate::site::redirects::Redirects;

/// The site beside its posts.
pub struct Profile {
    /// Words, colours and files.
    pub identity: Identity,
    /// Pages of its own.
    pub pages: OwnPages,
    /// Old addresses.
    pub redirects: Redirects,
    view: Mutex<Option<Arc<ProfileView>>>,
    views: AtomicU64,
}

/// The site at one moment.
pub struct ProfileView {
    /// Tells it from every other view of this process, from 1.
    pub number: u64,
    /// What the API says about the site.
    pub site: Site,
    /// The same as JSON.
    pub json: Arc<RawValue>,
    pages: Arc<PageSet>,
}

impl Profile {
    /// A site of these parts.
    pub fn new(identity: Identity, pages: OwnPages, redirects: Redirects) -> Self {
        Self {
            identity,
            pages,
            redirects,
            view: Mutex::default(),
            views: AtomicU64::new(0),
        }
    }

    /// The site as it is now.
    ///
    /// # Errors
    /// When it can't be written as JSON.
    pub async fn view(&self) -> Result<Arc<ProfileView>, serde_json::Error> {
        let pages = self.pages.current().await;
        if let Some(view) = self.view.lock().as_ref()
            && Arc::ptr_eq(&view.pages, &pages)
        {
            return Ok(Arc::clone(view));
        }
        let site = site_with(self.identity.words(), &pages);
        let json = Arc::from(to_raw_value(&site)?);
        let view = Arc::new(ProfileView {
            number: self.views.fetch_add(1, Ordering::Relaxed) + 1,
            site,
            json,
            pages,
        });
        *self.view.lock() = Some(Arc::clone(&view));
        Ok(view)
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
        label: own.page.title.clone(),
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
