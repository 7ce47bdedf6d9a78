//! An upstream's information about its site, in addition to its posts.

use serde::{Deserialize, Serialize};
use shared::site::SitePage;

use crate::content::language::Language;

/// The upstream site's information about itself, and its pages. The configuration has precedence.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteInfo {
    /// Plain text.
    pub title: Option<String>,
    /// Plain text.
    pub description: Option<String>,
    /// A BCP 47 tag, or what the upstream says in its place.
    pub language: Option<String>,
    /// `#rrggbb`, as the upstream says it.
    pub accent: Option<String>,
    /// The `https:` or `http:` address of a picture.
    pub logo: Option<String>,
    /// The same, for the browser's tab.
    pub icon: Option<String>,
    /// Pages that are not posts, such as an imprint, in the order of the upstream's menu.
    pub pages: Vec<SourcePage>,
}

impl SiteInfo {
    /// The language as a canonical BCP 47 tag. `None` if the upstream says something else.
    pub fn language_tag(&self) -> Option<String> {
        let language: Language = self.language.as_ref()?.parse().ok()?;
        Some(language.to_string())
    }
}

/// A page of the upstream site that is not a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePage {
    /// The page as it is shown. Its address may be taken on this site.
    pub page: SitePage,
    /// Its label in the upstream's menu. `None` when it is not in the menu.
    pub menu_label: Option<String>,
    /// Its address at the source.
    pub address: Option<String>,
}
