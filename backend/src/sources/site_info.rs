//! What an upstream says about the site itself, beside its posts.

use serde::{Deserialize, Serialize};
use shared::site::SitePage;

/// The upstream site's own words and pages. Configured ones win over these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteInfo {
    /// Plain text.
    pub title: Option<String>,
    /// Plain text.
    pub description: Option<String>,
    /// A BCP 47 tag, as the upstream says it.
    pub language: Option<String>,
    /// `#rrggbb`, as the upstream says it.
    pub accent: Option<String>,
    /// The `https:` or `http:` address of a picture.
    pub logo: Option<String>,
    /// The same, for the browser's tab.
    pub icon: Option<String>,
    /// Pages that are no posts, such as an imprint, in the order of the upstream's menu.
    pub pages: Vec<SourcePage>,
}

/// A page of the upstream site that is no post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourcePage {
    /// The page as it is shown. Nothing is known of whether its address is free on this site.
    pub page: SitePage,
    /// What the upstream's menu calls it; none: it is not in the menu.
    pub menu_label: Option<String>,
    /// Where it stands at its source.
    pub address: Option<String>,
}
