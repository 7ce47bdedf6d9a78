//! The head of a page, for browsers, search engines and feed readers.

use serde_json::json;
use shared::blog::COVER_SIZES;
use shared::route::Route;
use shared::site::{Site, SitePage};

use crate::content::post::Post;
use crate::public_url::PublicUrl;
use crate::site::identity::Identity;
use crate::site::shell::{escaped, inert_json};

/// The feeds that pages link to: address, media type and name.
pub const FEEDS: [(&str, &str, &str); 3] = [
    ("/feed.xml", "application/rss+xml", "RSS"),
    ("/atom.xml", "application/atom+xml", "Atom"),
    ("/feed.json", "application/feed+json", "JSON Feed"),
];

/// The facts about the site that every page's head contains.
#[derive(Clone, Copy)]
pub struct HeadOfSite<'a> {
    /// The site's own address.
    pub url: &'a PublicUrl,
    /// The site's texts, and the addresses of its files.
    pub identity: &'a Identity,
    /// The version of the page's content. `None` outside of a preview, and for a page that must not be
    /// reloaded.
    pub version: Option<u64>,
}

impl<'a> HeadOfSite<'a> {
    fn words(&self) -> &'a Site {
        self.identity.words()
    }
}

/// A page's title, description and links.
pub struct PageHead<'a> {
    site: HeadOfSite<'a>,
    title: String,
    description: String,
    /// The page's one address for search engines; none for pages that they should not list.
    canonical: Option<String>,
    post: Option<&'a Post>,
    picture: Option<FirstPicture>,
}

/// The picture that is in sight when a page opens.
#[derive(Debug, Clone)]
pub struct FirstPicture {
    /// Its address.
    pub src: String,
    /// Its other widths, as the page's element has them. With another list the browser could load two
    /// pictures.
    pub srcset: Option<String>,
    /// How wide it is, as the page's element says.
    pub sizes: &'static str,
}

impl FirstPicture {
    fn preload(&self) -> String {
        let mut link = format!(
            "<link rel=\"preload\" as=\"image\" fetchpriority=\"high\" href=\"{}\"",
            escaped(&self.src)
        );
        if let Some(srcset) = &self.srcset {
            link.push_str(&format!(
                " imagesrcset=\"{}\" imagesizes=\"{}\"",
                escaped(srcset),
                escaped(self.sizes)
            ));
        }
        link.push('>');
        link
    }
}

impl<'a> PageHead<'a> {
    /// The head of a page that its address alone describes.
    pub fn of_route(site: HeadOfSite<'a>, route: &Route) -> Self {
        // Search engines should not list results of a search: their number is unlimited.
        let is_lasting = !matches!(route, Route::NotFound | Route::Search(_));
        Self {
            site,
            title: route.title(),
            description: route
                .description()
                .unwrap_or_else(|| site.words().description.clone()),
            canonical: is_lasting.then(|| site.url.absolute(&route.href())),
            post: None,
            picture: None,
        }
    }

    /// The same with the picture that is in sight when the page opens. Browsers then load it together with
    /// the app instead of after it.
    #[must_use = "the head itself stays as it is"]
    pub fn with_picture(self, picture: Option<FirstPicture>) -> Self {
        Self { picture, ..self }
    }

    /// The head of a post's page.
    pub fn of_post(site: HeadOfSite<'a>, route: &Route, post: &'a Post) -> Self {
        Self {
            title: post.title.clone(),
            description: match &post.summary {
                summary if summary.is_empty() => site.words().description.clone(),
                summary => summary.clone(),
            },
            post: Some(post),
            picture: post.featured_image.clone().map(|src| FirstPicture {
                src,
                srcset: post.featured_image_srcset.clone(),
                sizes: COVER_SIZES,
            }),
            ..Self::of_route(site, route)
        }
    }

    /// The head of one of the site's own pages.
    pub fn of_page(site: HeadOfSite<'a>, route: &Route, page: &SitePage) -> Self {
        let head = Self::of_route(site, route);
        Self {
            title: page.title.clone(),
            description: page.description.clone().unwrap_or(head.description),
            ..head
        }
    }

    /// The head of a page that does not exist, or can't be shown now.
    pub fn of_absence(site: HeadOfSite<'a>, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::of_route(site, &Route::NotFound)
        }
    }

    /// The head's HTML.
    pub fn html(&self) -> String {
        let words = self.site.words();
        let mut head = format!(
            "<title>{}</title>",
            escaped(&words.document_title(&self.title))
        );
        head.push_str(&self.of_site());
        let mut meta = |key: &str, name: &str, content: &str| {
            head.push_str(&format!(
                "<meta {key}=\"{name}\" content=\"{}\">",
                escaped(content)
            ));
        };
        meta("name", "description", &self.description);
        if self.canonical.is_none() {
            meta("name", "robots", "noindex");
        }
        meta("property", "og:site_name", &words.title);
        meta("property", "og:title", &self.title);
        meta("property", "og:description", &self.description);
        let kind = if self.post.is_some() {
            "article"
        } else {
            "website"
        };
        meta("property", "og:type", kind);
        if let Some(address) = &self.canonical {
            meta("property", "og:url", address);
        }
        let image = self.image();
        if let Some(image) = &image {
            meta("property", "og:image", image);
        }
        if let Some(post) = self.post {
            if let Some(moment) = post.published_at {
                meta("property", "article:published_time", &moment.to_string());
            }
            meta("property", "article:author", &post.author.name);
            meta("property", "article:section", &post.category);
            for tag in &post.tags {
                meta("property", "article:tag", tag);
            }
        }
        let card = if image.is_some() {
            "summary_large_image"
        } else {
            "summary"
        };
        meta("name", "twitter:card", card);
        meta("name", "twitter:title", &self.title);
        meta("name", "twitter:description", &self.description);
        if let Some(image) = &image {
            meta("name", "twitter:image", image);
        }
        if let Some(picture) = &self.picture {
            head.push_str(&picture.preload());
        }
        if let Some(address) = &self.canonical {
            head.push_str(&format!(
                "<link rel=\"canonical\" href=\"{}\">",
                escaped(address)
            ));
            head.push_str(&self.linked_data(address, image.as_deref()));
        }
        for (address, kind, name) in FEEDS {
            head.push_str(&format!(
                "<link rel=\"alternate\" type=\"{kind}\" title=\"{} ({name})\" href=\"{}\">",
                escaped(&words.title),
                escaped(&self.site.url.absolute(address))
            ));
        }
        head
    }

    /// The elements of every head: icon, colours, manifest, and the program's name.
    fn of_site(&self) -> String {
        let identity = self.site.identity;
        let mut links = vec![
            ("icon", identity.words().icon_url.as_str()),
            ("manifest", identity.manifest_url()),
        ];
        links.extend(identity.theme_url().map(|url| ("stylesheet", url)));
        let links = links
            .into_iter()
            .map(|(rel, href)| format!("<link rel=\"{rel}\" href=\"{}\">", escaped(href)));
        let generator = concat!("FlashBlog ", env!("CARGO_PKG_VERSION"));
        let preview = identity.preview().zip(self.site.version);
        let preview = preview.map(|(files, version)| {
            format!(
                "<link rel=\"stylesheet\" href=\"{}\"><script defer src=\"{}\" data-version=\"{}\"></script>",
                files.style_url, files.script_url, version
            )
        });
        format!(
            "<meta name=\"generator\" content=\"{generator}\">{}{}",
            links.collect::<String>(),
            preview.unwrap_or_default()
        )
    }

    fn image(&self) -> Option<String> {
        let image = self.post?.featured_image.as_deref()?;
        Some(self.site.url.absolute(image))
    }

    /// The page as JSON-LD of Schema.org. It is data, so the script policy does not apply.
    fn linked_data(&self, address: &str, image: Option<&str>) -> String {
        let words = self.site.words();
        let data = match self.post {
            Some(post) => json!({
                "@context": "https://schema.org",
                "@type": "BlogPosting",
                "mainEntityOfPage": address,
                "url": address,
                "headline": self.title,
                "description": self.description,
                "image": image,
                "datePublished": post.published_at.map(|moment| moment.to_string()),
                "author": {"@type": "Person", "name": post.author.name},
                "publisher": {"@type": "Organization", "name": words.title, "url": self.site.url.absolute("/")},
                "articleSection": post.category,
                "keywords": post.tags,
                "inLanguage": words.language,
                "wordCount": post.content_text.split_whitespace().count(),
            }),
            None => json!({
                "@context": "https://schema.org",
                "@type": "WebPage",
                "name": self.title,
                "description": self.description,
                "url": address,
                "inLanguage": words.language,
                "isPartOf": {"@type": "WebSite", "name": words.title, "url": self.site.url.absolute("/")},
            }),
        };
        format!(
            "<script type=\"application/ld+json\">{}</script>",
            inert_json(&without_nulls(data).to_string())
        )
    }
}

/// Removes fields that are `null`.
fn without_nulls(mut data: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    data
}
