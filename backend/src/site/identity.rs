//! The site's identity: its words, its colours, and the files that belong to them.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use serde_json::json;
use shared::paths::SITE_BASE;
use shared::site::Site;

use crate::site::accent::Accent;
use crate::site::picture::Picture;

/// The built-in icon, with the accent colour in place of `{colour}`.
const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="2" width="28" height="28" rx="8" fill="{colour}"/><path d="M18.5 5L8 18h6.5L12.5 27 24 13.5h-7z" fill="#ffd23f"/></svg>"##;

/// What an operator says about the site.
#[derive(Debug, Clone, Default)]
pub struct SiteSettings {
    /// Its words. Menu, pages and addresses of files are filled in later.
    pub words: Site,
    /// `None` means the built-in colours.
    pub accent: Option<Accent>,
    /// `None` means the built-in mark.
    pub logo: Option<Picture>,
    /// `None` means the built-in mark in the accent colour.
    pub icon: Option<Picture>,
}

/// The site's words, and its files by name.
#[derive(Debug, Clone)]
pub struct Identity {
    words: Site,
    theme_url: Option<String>,
    error_page_colours: String,
    manifest_url: String,
    files: BTreeMap<String, SiteFile>,
}

/// A file of the site. Its name holds a hash of its content.
#[derive(Debug, Clone)]
pub struct SiteFile {
    /// The media type.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Bytes,
}

impl Default for Identity {
    fn default() -> Self {
        Self::new(SiteSettings::default())
    }
}

impl Identity {
    /// The identity that an operator describes.
    pub fn new(settings: SiteSettings) -> Self {
        let mut files = BTreeMap::new();
        let mut add = |stem: &str, ending: &str, content_type, bytes: Bytes| {
            let name = format!("{stem}-{}.{ending}", short_hash(&bytes));
            let url = format!("{SITE_BASE}/{name}");
            files.insert(
                name,
                SiteFile {
                    content_type,
                    bytes,
                },
            );
            url
        };
        let mut words = settings.words;
        if let Some(accent) = settings.accent {
            words.accent = accent.colour().to_string();
        }
        words.logo_url = settings.logo.map(|logo| {
            add(
                "logo",
                logo.kind.ending(),
                logo.kind.content_type(),
                logo.bytes,
            )
        });
        let icon = settings
            .icon
            .unwrap_or_else(|| Picture::svg(ICON.replace("{colour}", &words.accent)));
        let icon_type = icon.kind.content_type();
        words.icon_url = add("icon", icon.kind.ending(), icon_type, icon.bytes);
        let theme_url = settings.accent.map(|accent| {
            add(
                "theme",
                "css",
                "text/css; charset=utf-8",
                accent.css().into(),
            )
        });
        let error_page_colours = settings.accent.map(|accent| accent.error_page_css());
        let manifest = json!({
            "name": words.title,
            "short_name": words.title,
            "description": words.description,
            "lang": words.language,
            "start_url": "/",
            "display": "browser",
            "theme_color": words.accent,
            "icons": [{"src": words.icon_url, "type": icon_type, "sizes": "any"}],
        });
        let manifest_url = add(
            "manifest",
            "webmanifest",
            "application/manifest+json",
            manifest.to_string().into(),
        );
        Self {
            words,
            theme_url,
            error_page_colours: error_page_colours.unwrap_or_default(),
            manifest_url,
            files,
        }
    }

    /// The site's words, without its menu.
    pub fn words(&self) -> &Site {
        &self.words
    }

    /// The address of the style sheet with the site's colours; none where they are the built-in ones.
    pub fn theme_url(&self) -> Option<&str> {
        self.theme_url.as_deref()
    }

    /// Styles of the static error page after the built-in ones; may be empty.
    pub fn error_page_colours(&self) -> &str {
        &self.error_page_colours
    }

    /// The address of the web app manifest.
    pub fn manifest_url(&self) -> &str {
        &self.manifest_url
    }

    /// A file below `/site/`.
    pub fn file(&self, name: &str) -> Option<&SiteFile> {
        self.files.get(name)
    }
}

/// The first 64 bits of a hash, in hexadecimal digits.
fn short_hash(bytes: &[u8]) -> String {
    let hash = digest(&SHA256, bytes);
    let hash = hash.as_ref().iter().take(8);
    hash.map(|byte| format!("{byte:02x}")).collect()
}
