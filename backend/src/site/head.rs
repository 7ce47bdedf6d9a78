//! What a page says of itself to browsers, search engines and feed readers, in its head.

use serde_json::json;
use shared::route::{Route, SITE_DESCRIPTION, SITE_NAME, document_title};

use crate::content::post::Post;
use crate::public_url::PublicUrl;
use crate::site::shell::{escaped, inert_json};

/// The feeds that pages link to: address, media type and name.
pub const FEEDS: [(&str, &str, &str); 3] = [
    ("/feed.xml", "application/rss+xml", "RSS"),
    ("/atom.xml", "application/atom+xml", "Atom"),
    ("/feed.json", "application/feed+json", "JSON Feed"),
];

/// A page's title, description and relatives.
pub struct PageHead<'a> {
    site: &'a PublicUrl,
    title: String,
    description: String,
    /// The page's one true address; none for pages that nobody should find.
    canonical: Option<String>,
    post: Option<&'a Post>,
    /// The picture that is in sight when the page opens.
    picture: Option<String>,
}

impl<'a> PageHead<'a> {
    /// Of a page that its address alone describes.
    #[must_use]
    pub fn of_route(site: &'a PublicUrl, route: &Route) -> Self {
        // Search engines need no results of another search, and there is no end of them.
        let is_lasting = !matches!(route, Route::NotFound | Route::Search(_));
        Self {
            site,
            title: route.title(),
            description: route.description(),
            canonical: is_lasting.then(|| site.absolute(&route.href())),
            post: None,
            picture: None,
        }
    }

    /// With the address of the picture that is in sight when the page opens: browsers then load it
    /// beside the app instead of after it.
    #[must_use]
    pub fn with_picture(self, picture: Option<String>) -> Self {
        Self { picture, ..self }
    }

    /// Of a post's page.
    #[must_use]
    pub fn of_post(site: &'a PublicUrl, route: &Route, post: &'a Post) -> Self {
        Self {
            title: post.title.clone(),
            description: match &post.summary {
                summary if summary.is_empty() => SITE_DESCRIPTION.to_owned(),
                summary => summary.clone(),
            },
            post: Some(post),
            picture: post.featured_image.clone(),
            ..Self::of_route(site, route)
        }
    }

    /// Of a page that is not there, or not now.
    #[must_use]
    pub fn of_absence(site: &'a PublicUrl, title: &str) -> Self {
        Self {
            title: title.to_owned(),
            ..Self::of_route(site, &Route::NotFound)
        }
    }

    /// The head's HTML.
    #[must_use]
    pub fn html(&self) -> String {
        let mut head = format!("<title>{}</title>", escaped(&document_title(&self.title)));
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
        meta("property", "og:site_name", SITE_NAME);
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
            head.push_str(&format!(
                "<link rel=\"preload\" as=\"image\" fetchpriority=\"high\" href=\"{}\">",
                escaped(picture)
            ));
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
                "<link rel=\"alternate\" type=\"{kind}\" title=\"{SITE_NAME} ({name})\" href=\"{}\">",
                escaped(&self.site.absolute(address))
            ));
        }
        head
    }

    fn image(&self) -> Option<String> {
        let image = self.post?.featured_image.as_deref()?;
        Some(self.site.absolute(image))
    }

    /// Schema.org's view of the page as JSON-LD, a data block that no script policy concerns.
    fn linked_data(&self, address: &str, image: Option<&str>) -> String {
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
                "publisher": {"@type": "Organization", "name": SITE_NAME, "url": self.site.absolute("/")},
                "articleSection": post.category,
                "keywords": post.tags,
                "wordCount": post.content_text.split_whitespace().count(),
            }),
            None => json!({
                "@context": "https://schema.org",
                "@type": "WebPage",
                "name": self.title,
                "description": self.description,
                "url": address,
                "isPartOf": {"@type": "WebSite", "name": SITE_NAME, "url": self.site.absolute("/")},
            }),
        };
        format!(
            "<script type=\"application/ld+json\">{}</script>",
            inert_json(&without_nulls(data).to_string())
        )
    }
}

/// What is not known is left out.
fn without_nulls(mut data: serde_json::Value) -> serde_json::Value {
    if let Some(fields) = data.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    data
}
