//! `[site]`: the site's name, words, colours and pages.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use shared::site::SiteLink;
use url::Url;

use crate::config::values::{Line, optional_text, text};
use crate::content::language::Language;
use crate::site::accent::Accent;
use crate::site::identity::SiteSettings;
use crate::site::picture::Picture;

/// The table `[site]`. The first five are flags too.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[group(skip)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SiteTable {
    /// Name of the site, in the navbar, titles and feeds [default: the source's, else FlashBlog]
    #[arg(id = "site-title", long = "site-title", value_name = "TEXT")]
    #[serde(deserialize_with = "optional_text")]
    title: Option<Line>,
    /// The site in one sentence, for search engines and feeds
    #[arg(
        id = "site-description",
        long = "site-description",
        value_name = "TEXT"
    )]
    #[serde(deserialize_with = "optional_text")]
    description: Option<Line>,
    /// Language of posts and pages, a BCP 47 tag [default: the source's, else en]
    #[arg(id = "site-language", long = "site-language", value_name = "TAG")]
    #[serde(deserialize_with = "optional_text")]
    language: Option<Language>,
    /// Heading of the home page; empty for none
    #[arg(id = "site-heading", long = "site-heading", value_name = "TEXT")]
    #[serde(deserialize_with = "optional_text")]
    heading: Option<Line>,
    /// Text below that heading [default: the description]
    #[arg(id = "site-intro", long = "site-intro", value_name = "TEXT")]
    #[serde(deserialize_with = "optional_text")]
    intro: Option<Line>,
    /// Byline of posts whose source names no author
    #[arg(skip)]
    #[serde(deserialize_with = "optional_text")]
    author: Option<Line>,
    /// One line in the footer
    #[arg(skip)]
    #[serde(deserialize_with = "optional_text")]
    footer: Option<Line>,
    /// `#rrggbb`
    #[arg(skip)]
    #[serde(deserialize_with = "optional_text")]
    accent: Option<Accent>,
    /// A picture in place of the built-in mark
    #[arg(skip)]
    logo: Option<PathBuf>,
    /// A picture for the browser's tab
    #[arg(skip)]
    icon: Option<PathBuf>,
    /// Whether there is a contact form; yes, unless this is `false`
    #[arg(skip)]
    contact: Option<bool>,
    /// Folder of Markdown pages
    #[arg(skip)]
    pub(super) pages: Option<PathBuf>,
    /// Links to other sites in the footer
    #[arg(skip)]
    links: Vec<Link>,
}

/// A link in the footer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Link {
    #[serde(deserialize_with = "text")]
    label: Line,
    url: String,
    #[serde(default)]
    me: bool,
}

impl SiteTable {
    /// The checked values of the table. Paths are relative to `folder`. An error comes with its setting's
    /// name.
    pub(super) fn settings(&self, folder: &Path) -> Result<SiteSettings, (&'static str, String)> {
        let line = |line: &Option<Line>| line.as_ref().map(|Line(line)| line.clone());
        let title = line(&self.title);
        if title.as_ref().is_some_and(String::is_empty) {
            return Err(("site-title", "it is empty; a name would fit".to_owned()));
        }
        let picture = |name, path: &Option<PathBuf>| {
            let path = path.as_ref().map(|path| Picture::read(&folder.join(path)));
            path.transpose().map_err(|problem| (name, problem))
        };
        let links = self.links.iter().map(Link::read);
        let links = links.collect::<Result<Vec<_>, _>>();
        Ok(SiteSettings {
            title,
            description: line(&self.description),
            language: self.language.as_ref().map(ToString::to_string),
            heading: line(&self.heading),
            intro: line(&self.intro),
            author: line(&self.author).filter(|author| !author.is_empty()),
            footer: line(&self.footer),
            links: links.map_err(|problem| ("site-links", problem))?,
            contact: self.contact,
            accent: self.accent,
            logo: picture("site-logo", &self.logo)?,
            icon: picture("site-icon", &self.icon)?,
        })
    }
}

impl Link {
    fn read(&self) -> Result<SiteLink, String> {
        let Self { label, url, me } = self;
        if label.0.is_empty() {
            return Err(format!(
                "the link to `{url}` has an empty label; a name would fit"
            ));
        }
        let address = Url::parse(url).ok();
        let address = address.filter(|url| matches!(url.scheme(), "https" | "http" | "mailto"));
        let address = address.ok_or_else(|| {
            format!(
                "`{url}` is no address; https://example.org/me or mailto:me@example.org would fit"
            )
        })?;
        Ok(SiteLink {
            label: label.0.clone(),
            url: address.into(),
            me: *me,
        })
    }
}
