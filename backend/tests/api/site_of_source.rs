//! The site's name, texts, colours and pages from its source.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::http::{Method, StatusCode};
use flashblog::cache::{BlogCache, REFETCH_INTERVAL, SavedCopy};
use flashblog::clock::Clock;
use flashblog::content::post::Post;
use flashblog::site::identity::SiteSettings;
use flashblog::site::redirects::Redirects;
use flashblog::sources::site_info::{SiteInfo, SourcePage};
use flashblog::sources::{BlogSource, Reading, SourceError};
use parking_lot::Mutex;
use shared::blog::{CARD_SIZES, COVER_SIZES};
use shared::site::{Site, SitePage};

use crate::harness::{Answer, TestApp, posts};

/// A source over the network. It is down while its content is `None`.
#[derive(Clone, Default)]
struct Source(Arc<Mutex<Option<SiteInfo>>>);

#[async_trait]
impl BlogSource for Source {
    fn kind(&self) -> &'static str {
        "ghost"
    }

    fn is_remote(&self) -> bool {
        true
    }

    async fn fetch(&self) -> Result<Vec<Post>, SourceError> {
        Ok(self.refetch().await?.unwrap_or_default().posts)
    }

    async fn refetch(&self) -> Result<Option<Reading>, SourceError> {
        let site = self.0.lock().clone();
        let down = || SourceError::Unreachable("the stub is down".to_owned());
        let mut posts = posts(5);
        posts[4].pinned = true;
        posts[4].featured_image = Some("https://looms.example/5.jpg".to_owned());
        posts[4].featured_image_srcset = Some("https://looms.example/5-300.jpg 300w".to_owned());
        Ok(Some(Reading {
            posts,
            site: Some(site.ok_or_else(down)?),
        }))
    }
}

fn page(slug: &str, title: &str, menu_label: Option<&str>) -> SourcePage {
    SourcePage {
        page: SitePage {
            slug: slug.to_owned(),
            title: title.to_owned(),
            description: None,
            content_html: format!("<p>The text of {slug}</p>"),
            headings: Vec::new(),
            updated_at: None,
        },
        menu_label: menu_label.map(str::to_owned),
        address: None,
    }
}

fn looms() -> SiteInfo {
    SiteInfo {
        title: Some("Looms & more".to_owned()),
        description: Some("What we weave.".to_owned()),
        language: Some("de".to_owned()),
        accent: Some("#00695c".to_owned()),
        logo: Some("https://looms.example/logo.png".to_owned()),
        icon: None,
        pages: vec![
            page("imprint", "Imprint", Some("Impressum")),
            page("blogs", "Our blogs", Some("Blogs")),
            page("contact", "Contact", None),
            page("about", "Who we are", Some("Us")),
            page("terms", "Terms", None),
        ],
    }
}

fn blogs(app: &TestApp, source: &Source) -> BlogCache {
    let clock = Arc::clone(&app.clock) as Arc<dyn Clock>;
    BlogCache::new(Arc::new(source.clone()), clock, Duration::from_secs(3600))
}

async fn app_with(source: &Source) -> TestApp {
    let app = TestApp::new().await;
    let blogs = blogs(&app, source);
    app.with_blogs(blogs)
}

async fn document(app: &TestApp, path: &str) -> Answer {
    let html = ("accept", "text/html");
    app.browser().send(Method::GET, path, &[html]).await
}

async fn site(app: &TestApp) -> Site {
    app.get("/api/v1/site").await.data()
}

fn labels(site: &Site) -> Vec<(&str, &str)> {
    let menu = site.menu.iter();
    menu.map(|item| (item.label.as_str(), item.url.as_str()))
        .collect()
}

#[tokio::test]
async fn the_first_visitor_already_sees_the_source_s_name_and_pages() {
    for path in ["/imprint", "/", "/api/v1/site", "/api/v1/pages/imprint"] {
        let source = Source::default();
        *source.0.lock() = Some(looms());
        let app = app_with(&source).await;
        let answer = document(&app, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let text = answer.text();
        let expected = match path {
            "/api/v1/pages/imprint" => "The text of imprint",
            "/api/v1/site" => "Looms & more",
            _ => "Looms &amp; more",
        };
        assert!(text.contains(expected), "{path}: {text}");
    }
}

#[tokio::test]
async fn pages_feeds_menu_and_sitemap_show_what_the_source_says() {
    let source = Source::default();
    *source.0.lock() = Some(looms());
    let app = app_with(&source).await;
    let said = site(&app).await;
    assert_eq!(said.title, "Looms & more");
    assert_eq!(
        (said.heading.as_str(), said.intro.as_str()),
        ("Looms & more", "What we weave.")
    );
    assert_eq!(
        (said.language.as_str(), said.accent.as_str()),
        ("de", "#00695c")
    );
    assert_eq!(
        said.logo_url.as_deref(),
        Some("https://looms.example/logo.png")
    );
    // The site keeps its own addresses: the source's pages `blogs` and `contact` are left out.
    assert_eq!(said.pages, ["about", "imprint", "terms"]);
    assert_eq!(
        labels(&said),
        [
            ("Home", "/"),
            ("Blogs", "/blogs"),
            ("Impressum", "/imprint"),
            ("Us", "/about"),
            ("Contact", "/contact")
        ]
    );
    for path in [
        "/",
        "/blogs",
        "/blogs/post-1",
        "/imprint",
        "/about",
        "/contact",
        "/feed.xml",
        "/feed.json",
        "/api/docs",
        "/api/v1/openapi.json",
    ] {
        let text = document(&app, path).await.text();
        let has_name = text.contains("Looms &amp; more") || text.contains("Looms & more");
        assert!(
            has_name && !text.contains("Bright ideas, plainly written.</h1>"),
            "{path}: {text}"
        );
    }
    let imprint = document(&app, "/imprint").await.text();
    assert!(
        imprint.contains("<title>Imprint · Looms &amp; more</title>"),
        "{imprint}"
    );
    let feed = document(&app, "/feed.xml").await.text();
    assert!(feed.contains("<language>de</language>"), "{feed}");
    assert!(
        document(&app, "/about")
            .await
            .text()
            .contains("The text of about")
    );
    let theme = imprint
        .split("href=\"")
        .find(|part| part.starts_with("/site/theme-"));
    let theme = theme
        .and_then(|part| part.split('"').next())
        .expect("a theme");
    assert_eq!(document(&app, theme).await.status, StatusCode::OK);
    let sitemap = document(&app, "/sitemap.xml").await.text();
    assert!(sitemap.contains("http://blog.test/imprint<"), "{sitemap}");

    let mut changed = looms();
    changed.title = Some("Spindles".to_owned());
    changed.pages = vec![page("terms", "Terms", None)];
    changed.accent = None;
    *source.0.lock() = Some(changed);
    app.clock.advance(REFETCH_INTERVAL);
    document(&app, "/").await;
    while app.app.blogs.fetches().succeeded < 2 {
        tokio::task::yield_now().await;
    }
    let home = document(&app, "/").await.text();
    assert!(
        home.contains("Spindles") && !home.contains("Looms"),
        "{home}"
    );
    assert_eq!(
        document(&app, "/imprint").await.status,
        StatusCode::NOT_FOUND
    );
    assert!(
        document(&app, "/atom.xml")
            .await
            .text()
            .contains("Spindles")
    );
    let old_theme = document(&app, theme).await.status;
    assert_eq!(old_theme, StatusCode::OK, "older pages still need it");
}

#[tokio::test]
async fn a_pinned_post_comes_first_on_the_home_page_only() {
    let source = Source::default();
    *source.0.lock() = Some(looms());
    let app = app_with(&source).await;
    let home = document(&app, "/").await.text();
    let widths = "=\"https://looms.example/5-300.jpg 300w\"";
    for expected in [
        format!(" imagesrcset{widths} imagesizes=\"{CARD_SIZES}\""),
        format!(" srcset{widths} sizes=\"{CARD_SIZES}\""),
    ] {
        assert!(home.contains(&expected), "{expected}: {home}");
    }
    for (path, first, other) in [
        ("/", "Post 5", "Post 1"),
        ("/blogs", "Post 1", "Post 5"),
        ("/feed.xml", "Post 1", "Post 5"),
    ] {
        let text = document(&app, path).await.text();
        let place = |title: &str| {
            let place = text.find(&format!(">{title}<"));
            place.unwrap_or_else(|| panic!("{path}, {title}: {text}"))
        };
        assert!(place(first) < place(other), "{path}");
    }
    let post = document(&app, "/blogs/post-5").await.text();
    assert!(
        post.contains(&format!(" srcset{widths} sizes=\"{COVER_SIZES}\"")),
        "{post}"
    );
}

#[tokio::test]
async fn what_is_configured_wins_over_the_source() {
    let source = Source::default();
    *source.0.lock() = Some(looms());
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("legal.md"), "# Legal").expect("writes");
    let settings = SiteSettings {
        title: Some("Ours".to_owned()),
        accent: "#b00020".parse().ok(),
        ..SiteSettings::default()
    };
    let pages = Some(folder.path().to_owned());
    let app = app_with(&source).await;
    let app = app.with_site(settings, pages, Redirects::default());
    let said = site(&app).await;
    assert_eq!(
        (said.title.as_str(), said.accent.as_str()),
        ("Ours", "#b00020")
    );
    assert_eq!(said.description, "What we weave.");
    assert_eq!(said.pages, ["legal"]);
    assert_eq!(
        document(&app, "/imprint").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_colour_that_can_t_be_read_is_left_out() {
    let source = Source::default();
    *source.0.lock() = Some(SiteInfo {
        accent: Some("#ffff99".to_owned()),
        ..SiteInfo::default()
    });
    let app = app_with(&source).await;
    assert_eq!(site(&app).await.accent, Site::default().accent);
}

/// An app that has just started, with the saved copy in this folder.
async fn started(folder: &Path, source: &Source) -> TestApp {
    let app = TestApp::new().await;
    let saved = SavedCopy::new(folder, "one".to_owned());
    let blogs = blogs(&app, source).with_saved_copy(saved);
    app.with_blogs(blogs)
}

#[tokio::test]
async fn after_a_restart_the_site_is_as_it_was_while_the_source_is_down() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = Source::default();
    *source.0.lock() = Some(looms());
    let app = started(folder.path(), &source).await;
    let before = site(&app).await;
    while !folder.path().join("last-copy.json.gz").exists() {
        tokio::task::yield_now().await;
    }
    *source.0.lock() = None;
    let app = started(folder.path(), &source).await;
    assert_eq!(site(&app).await, before);
    let imprint = document(&app, "/imprint").await.text();
    assert!(imprint.contains("The text of imprint"), "{imprint}");
    assert!(
        document(&app, "/")
            .await
            .text()
            .contains("Looms &amp; more")
    );
}

#[tokio::test]
async fn a_source_that_is_down_from_the_start_holds_no_page_up() {
    let app = app_with(&Source::default()).await;
    assert_eq!(document(&app, "/contact").await.status, StatusCode::OK);
    assert_eq!(
        document(&app, "/imprint").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(site(&app).await.title, "FlashBlog");
}
