//! The site itself: its name and words, its menu, and its own pages.

use serde::{Deserialize, Serialize};

use crate::blog::BlogHeading;
use crate::route::Route;

/// The default name of a site.
const DEFAULT_TITLE: &str = "FlashBlog";
/// The default description of a site.
const DEFAULT_DESCRIPTION: &str = "FlashBlog collects short, careful posts: what somebody tried, what broke, and what they would do again.";
/// The default heading of the home page.
const DEFAULT_HEADING: &str = "Bright ideas, plainly written.";
/// The default line in the footer.
const DEFAULT_FOOTER: &str = "Bright ideas, plainly written. Served by one small Rust program.";
/// The default accent colour.
const DEFAULT_ACCENT: &str = "#4b36d1";
/// The slug of the page that replaces the built-in About page.
pub const ABOUT_PAGE: &str = "about";
/// The slug of the page whose text the home page shows.
pub const HOME_PAGE: &str = "home";

/// The site's name, words, colour, menu and links, for all pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Site {
    /// Plain text, never empty.
    pub title: String,
    /// Plain text: the site in one sentence.
    pub description: String,
    /// The language of the site's own words and posts, a BCP 47 tag.
    pub language: String,
    /// The home page's heading, as plain text. Empty: the home page has no opening part.
    pub heading: String,
    /// The text below that heading.
    pub intro: String,
    /// The byline of posts whose source names no author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// One line of plain text; may be empty.
    pub footer: String,
    /// The accent colour, `#rrggbb`.
    pub accent: String,
    /// The address of the site's logo. Absent: the built-in mark is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// The address of the site's icon.
    pub icon_url: String,
    /// Whether the site has a contact form.
    pub contact: bool,
    /// The pages that the navbar links to, in its order.
    pub menu: Vec<MenuItem>,
    /// The links to other sites in the footer.
    pub links: Vec<SiteLink>,
    /// The slugs of the site's own pages.
    #[serde(default)]
    pub pages: Vec<String>,
}

/// A link of the navbar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MenuItem {
    /// Plain text.
    pub label: String,
    /// The page's address, relative to the site's root.
    pub url: String,
}

/// A link of the footer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SiteLink {
    /// Plain text.
    pub label: String,
    /// An `https:`, `http:` or `mailto:` address.
    pub url: String,
    /// Whether it leads to another page of the same person (`rel="me"`).
    #[serde(default)]
    pub me: bool,
}

/// One of the site's own pages, such as an imprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SitePage {
    /// Its address is `/` and the slug.
    pub slug: String,
    /// Plain text.
    pub title: String,
    /// Plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Sanitised HTML, safe to put into a page as it is; may be empty.
    pub content_html: String,
    /// The headings of the text, in its order.
    pub headings: Vec<BlogHeading>,
    /// RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
}

impl Default for Site {
    /// A site without configuration.
    fn default() -> Self {
        Self {
            title: DEFAULT_TITLE.to_owned(),
            description: DEFAULT_DESCRIPTION.to_owned(),
            language: "en".to_owned(),
            heading: DEFAULT_HEADING.to_owned(),
            intro: DEFAULT_DESCRIPTION.to_owned(),
            author: None,
            footer: DEFAULT_FOOTER.to_owned(),
            accent: DEFAULT_ACCENT.to_owned(),
            logo_url: None,
            icon_url: "/favicon.svg".to_owned(),
            contact: true,
            menu: Self::built_in_menu(true),
            links: Vec::new(),
            pages: Vec::new(),
        }
    }
}

impl Site {
    /// The links to the built-in pages; to the contact form only if `contact`.
    pub fn built_in_menu(contact: bool) -> Vec<MenuItem> {
        Route::fixed()
            .into_iter()
            .filter(|route| contact || *route != Route::Contact)
            .map(|route| MenuItem {
                label: route.title(),
                url: route.href(),
            })
            .collect()
    }

    /// Whether this is one of the site's own pages.
    pub fn has_page(&self, slug: &str) -> bool {
        self.pages.iter().any(|page| page == slug)
    }

    /// The route as this site has it: an own page may replace the built-in About page, and pages
    /// that this site does not have are not found.
    #[must_use = "the route itself stays as it is"]
    pub fn resolve(&self, route: Route) -> Route {
        match route {
            Route::About if self.has_page(ABOUT_PAGE) => Route::page(ABOUT_PAGE),
            Route::Contact if !self.contact => Route::NotFound,
            Route::Page { slug } if slug == HOME_PAGE || !self.has_page(&slug) => Route::NotFound,
            route => route,
        }
    }

    /// The document's title, `Page · Site`. The part that tells tabs and history entries apart comes
    /// first (WCAG 2.4.2).
    pub fn document_title(&self, page: &str) -> String {
        document_title(page, &self.title)
    }

    /// The `lang` of the site's own words among the English words of the interface (WCAG 3.1.2). None if
    /// the site is English too.
    pub fn foreign_language(&self) -> Option<&str> {
        is_foreign(&self.language).then_some(self.language.as_str())
    }
}

/// Whether a BCP 47 tag names a language other than English.
pub fn is_foreign(language: &str) -> bool {
    let primary = language.split('-').next().unwrap_or_default();
    !primary.eq_ignore_ascii_case("en")
}

/// The document's title for the page with the title `page`, on the site with the name `site`.
pub fn document_title(page: &str, site: &str) -> String {
    let page = page.trim();
    if page.is_empty() {
        site.to_owned()
    } else {
        format!("{page} · {site}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_named_before_its_site() {
        let site = Site::default();
        assert_eq!(site.document_title("About"), "About · FlashBlog");
        assert_eq!(site.document_title("  "), "FlashBlog");
    }

    #[test]
    fn a_site_decides_which_routes_it_has() {
        let mut site = Site::default();
        assert_eq!(site.resolve(Route::About), Route::About);
        assert_eq!(site.resolve(Route::page("imprint")), Route::NotFound);
        site.pages = ["about", "imprint", "home"].map(str::to_owned).to_vec();
        site.contact = false;
        assert_eq!(site.resolve(Route::About), Route::page("about"));
        assert_eq!(site.resolve(Route::page("imprint")), Route::page("imprint"));
        assert_eq!(site.resolve(Route::page("home")), Route::NotFound);
        assert_eq!(site.resolve(Route::Contact), Route::NotFound);
    }

    #[test]
    fn only_words_of_another_language_are_marked() {
        let mut site = Site::default();
        for (language, marked) in [("en", None), ("EN-gb", None), ("de-CH", Some("de-CH"))] {
            site.language = language.to_owned();
            assert_eq!(site.foreign_language(), marked);
        }
    }
}
