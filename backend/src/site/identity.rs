//! The site's identity: its words, its colours, and the files that belong to them.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Bytes;
use serde_json::json;
use shared::paths::SITE_BASE;
use shared::site::{Site, SiteLink};

use crate::site::accent::Accent;
use crate::site::picture::Picture;
use crate::sources::site_info::SiteInfo;

/// The built-in icon, with the accent colour in place of `{colour}`.
const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect x="2" y="2" width="28" height="28" rx="8" fill="{colour}"/><path d="M18.5 5L8 18h6.5L12.5 27 24 13.5h-7z" fill="#ffd23f"/></svg>"##;

/// The operator's settings of the site. An absent one comes from the source, or is built in.
#[derive(Debug, Clone, Default)]
pub struct SiteSettings {
    /// Plain text, never empty.
    pub title: Option<String>,
    /// The site in one sentence.
    pub description: Option<String>,
    /// A BCP 47 tag.
    pub language: Option<String>,
    /// The home page's heading; empty for none.
    pub heading: Option<String>,
    /// The text below it.
    pub intro: Option<String>,
    /// The byline of posts whose source names no author.
    pub author: Option<String>,
    /// One line of plain text; may be empty.
    pub footer: Option<String>,
    /// The links to other sites in the footer.
    pub links: Vec<SiteLink>,
    /// Whether there is a contact form; absent means yes.
    pub contact: Option<bool>,
    /// `None` means the built-in colours.
    pub accent: Option<Accent>,
    /// `None` means the built-in mark.
    pub logo: Option<Picture>,
    /// `None` means the built-in mark in the accent colour.
    pub icon: Option<Picture>,
}

impl SiteSettings {
    /// Reads logo and icon again. Whether one has changed. The earlier picture stays where the file can't
    /// be used.
    pub(super) fn read_pictures(&mut self) -> bool {
        let mut has_changed = false;
        for picture in [&mut self.logo, &mut self.icon].into_iter().flatten() {
            let Some(path) = &picture.path else {
                continue;
            };
            match Picture::read(path) {
                Ok(now) if now != *picture => {
                    *picture = now;
                    has_changed = true;
                }
                Ok(_) => {}
                Err(problem) => tracing::warn!("The earlier picture stays: {problem}"),
            }
        }
        has_changed
    }

    /// The site's words: as configured, else as the source says them. Menu, pages and addresses of files
    /// are filled in later.
    fn words(&self, source: &SiteInfo) -> Site {
        let default = Site::default();
        let title = self.title.clone().or_else(|| source.title.clone());
        // Replaces the built-in words, which are about another site.
        let of_source = source.title.clone().filter(|_| self.title.is_none());
        let description = self.description.clone();
        let description = description.or_else(|| source.description.clone());
        let intro = self.intro.clone().or_else(|| description.clone());
        Site {
            heading: self
                .heading
                .clone()
                .or_else(|| of_source.clone())
                .unwrap_or(default.heading),
            intro: intro
                .or_else(|| of_source.clone().map(|_| String::new()))
                .unwrap_or(default.intro),
            description: description.or(of_source).unwrap_or(default.description),
            title: title.unwrap_or(default.title),
            language: self
                .language
                .clone()
                .or_else(|| source.language_tag())
                .unwrap_or(default.language),
            author: self.author.clone(),
            footer: self.footer.clone().unwrap_or(default.footer),
            links: self.links.clone(),
            contact: self.contact.unwrap_or(true),
            ..Site::default()
        }
    }

    /// The accent colour. A colour of the source is left out if text in it could not be read.
    fn accent(&self, source: &SiteInfo) -> Option<Accent> {
        let of_source = || {
            let accent = source.accent.as_ref()?.parse();
            accent
                .inspect_err(|problem| {
                    tracing::info!("The source's accent colour is left out: {problem}")
                })
                .ok()
        };
        self.accent.or_else(of_source)
    }
}

/// The site's words, and its files by name.
#[derive(Debug, Clone)]
pub struct Identity {
    words: Site,
    theme_url: Option<String>,
    error_page_colours: String,
    manifest_url: String,
    preview: Option<PreviewFiles>,
    files: BTreeMap<String, SiteFile>,
}

/// The addresses of the files that a preview adds to pages.
#[derive(Debug, Clone)]
pub struct PreviewFiles {
    /// The script that reloads a page when its content has changed.
    pub script_url: String,
    /// The styles of marks.
    pub style_url: String,
}

/// A file of the site. Its name holds a hash of its content.
#[derive(Debug, Clone)]
pub struct SiteFile {
    /// The media type.
    pub content_type: &'static str,
    /// The content.
    pub bytes: Bytes,
}

impl Identity {
    /// The identity from the operator's settings and the source's information.
    pub fn new(settings: &SiteSettings, source: &SiteInfo) -> Self {
        let mut files = BTreeMap::new();
        let mut add = |stem: &str, ending, content_type, bytes| {
            add(&mut files, stem, ending, content_type, bytes)
        };
        let mut words = settings.words(source);
        let accent = settings.accent(source);
        if let Some(accent) = accent {
            words.accent = accent.colour().to_string();
        }
        words.logo_url = match &settings.logo {
            Some(logo) => Some(add(
                "logo",
                logo.kind.ending(),
                logo.kind.content_type(),
                logo.bytes.clone(),
            )),
            None => source.logo.clone(),
        };
        let mut icon_type = None;
        words.icon_url = match (&settings.icon, &source.icon) {
            (None, Some(address)) => address.clone(),
            (icon, _) => {
                let icon = icon
                    .clone()
                    .unwrap_or_else(|| Picture::svg(ICON.replace("{colour}", &words.accent)));
                let kind = icon_type.insert(icon.kind.content_type());
                add("icon", icon.kind.ending(), kind, icon.bytes)
            }
        };
        let theme_url = accent.map(|accent| {
            add(
                "theme",
                "css",
                "text/css; charset=utf-8",
                accent.css().into(),
            )
        });
        let error_page_colours = accent.map(|accent| accent.error_page_css());
        let mut icon = json!({"src": words.icon_url, "sizes": "any"});
        if let Some(kind) = icon_type {
            icon["type"] = kind.into();
        }
        let manifest = json!({
            "name": words.title,
            "short_name": words.title,
            "description": words.description,
            "lang": words.language,
            "start_url": "/",
            "display": "browser",
            "theme_color": words.accent,
            "icons": [icon],
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
            preview: None,
            files,
        }
    }

    /// The same with the files of a preview.
    #[must_use]
    pub fn previewing(mut self) -> Self {
        let script = Bytes::from_static(include_bytes!("preview.js"));
        let style = Bytes::from_static(include_bytes!("preview.css"));
        let files = &mut self.files;
        self.preview = Some(PreviewFiles {
            script_url: add(
                files,
                "preview",
                "js",
                "text/javascript; charset=utf-8",
                script,
            ),
            style_url: add(files, "preview", "css", "text/css; charset=utf-8", style),
        });
        self
    }

    /// The files that a preview adds to pages. `None` if this is not a preview.
    pub fn preview(&self) -> Option<&PreviewFiles> {
        self.preview.as_ref()
    }

    /// The site's words, without its menu.
    pub fn words(&self) -> &Site {
        &self.words
    }

    /// The address of the style sheet with the site's colours. `None` for the built-in colours.
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

/// Adds a file, and returns its address.
fn add(
    files: &mut BTreeMap<String, SiteFile>,
    stem: &str,
    ending: &str,
    content_type: &'static str,
    bytes: Bytes,
) -> String {
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
}

/// The first 64 bits of a hash, in hexadecimal digits.
fn short_hash(bytes: &[u8]) -> String {
    let hash = digest(&SHA256, bytes);
    let hash = hash.as_ref().iter().take(8);
    hash.map(|byte| format!("{byte:02x}")).collect()
}
