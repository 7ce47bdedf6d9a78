//! Ghost's settings and pages.

use std::sync::Arc;

use serde_json::Value;
use shared::site::SitePage;
use url::Url;

use super::content;
use crate::content::address::{self, Addresses, SameSite};
use crate::content::fields::Fields;
use crate::content::html;
use crate::sources::client::{Answer, without_secrets};
use crate::sources::records;
use crate::sources::site_info::{SiteInfo, SourcePage};

/// The site's information about itself, and its menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) words: SiteInfo,
    pub(super) navigation: Vec<NavigationItem>,
}

/// A link of the site's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NavigationItem {
    label: String,
    /// The last part of its path.
    slug: String,
}

pub(super) fn settings(text: &str) -> Settings {
    let settings: Value = serde_json::from_str(text).unwrap_or_default();
    let Some(settings) = settings.get("settings").and_then(Value::as_object) else {
        return Settings::default();
    };
    let fields = Fields(settings);
    let picture = |name| address::image(&fields.text(&[name])?, &SameSite);
    let navigation = settings.get("navigation").and_then(Value::as_array);
    let navigation = navigation.into_iter().flatten();
    Settings {
        words: SiteInfo {
            title: fields.text(&["title"]),
            description: fields.text(&["description"]),
            language: fields.text(&["locale", "lang"]),
            accent: fields.text(&["accent_color"]),
            logo: picture("logo"),
            icon: picture("icon"),
            pages: Vec::new(),
        },
        navigation: navigation.filter_map(navigation_item).collect(),
    }
}

/// Reads a menu item. Addresses of the site itself are relative, or begin with `__GHOST_URL__`.
fn navigation_item(item: &Value) -> Option<NavigationItem> {
    let item = Fields(item.as_object()?);
    let url = item.text(&["url"])?;
    let base = Url::parse("http://ghost.invalid/").ok()?;
    let path = base.join(url.trim_start_matches("__GHOST_URL__")).ok()?;
    let slug = path.path().trim_matches('/').rsplit('/').next()?;
    Some(NavigationItem {
        label: item.text(&["label"])?,
        slug: shared::paths::percent_decode(slug),
    })
}

pub(super) fn pages(mut answer: Answer) -> Vec<SourcePage> {
    let text = records::text(std::mem::take(&mut answer.body));
    let Ok(list) = records::list(&text, &["pages"], &[]) else {
        return Vec::new();
    };
    let addresses: Arc<dyn Addresses> = Arc::new(without_secrets(&answer.url));
    let records = list
        .records
        .iter()
        .filter_map(|raw| records::record(raw).ok());
    records
        .filter_map(|record| page(Fields(&record), &addresses))
        .collect()
}

fn page(page: Fields<'_>, addresses: &Arc<dyn Addresses>) -> Option<SourcePage> {
    let safe = html::sanitise(&content(page), addresses).ok()?;
    let (updated, _) = page.date(&["updated_at"]);
    Some(SourcePage {
        menu_label: None,
        address: page.text(&["url"]),
        page: SitePage {
            slug: page.text(&["slug"])?,
            title: page.text(&["title"])?,
            description: page.text(&["custom_excerpt"]),
            content_html: safe.html,
            headings: safe.headings,
            updated_at: updated.map(|updated| updated.at.to_string()),
        },
    })
}

/// Puts the pages of the menu first, in its order and with its labels.
pub(super) fn in_menu_order(
    mut pages: Vec<SourcePage>,
    navigation: &[NavigationItem],
) -> Vec<SourcePage> {
    let place = |page: &SourcePage| {
        let mut items = navigation.iter();
        items.position(|item| item.slug == page.page.slug)
    };
    for page in &mut pages {
        page.menu_label = place(page).map(|at| navigation[at].label.clone());
    }
    pages.sort_by_key(|page| place(page).unwrap_or(usize::MAX));
    pages
}
