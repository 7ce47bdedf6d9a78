//! The site itself: its texts, colours, files, own pages and old addresses.

use std::fs;
use std::path::Path;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use flashblog::config::{Config, settings};
use serde_json::{Value, json};
use shared::site::{Site, SitePage};
use tempfile::TempDir;

use crate::harness::{Answer, TestApp};

const HTML: (&str, &str) = ("accept", "text/html");

/// A folder with a configuration file and the other files of a test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new(toml: &str) -> Self {
        let folder = Self(tempfile::tempdir().expect("temporary folder"));
        folder.write("flashblog.toml", toml);
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("makes");
        fs::write(path, content).expect("writes");
    }

    pub(crate) fn config(&self) -> Result<Config, String> {
        let no_flags = settings::command().get_matches_from(["flashblog"]);
        let file = self.path().join("flashblog.toml");
        Config::load(&no_flags, Some(&file), &|_| None).map_err(|error| error.to_string())
    }

    pub(crate) async fn app(&self) -> TestApp {
        let config = self.config().expect("loads");
        let app = TestApp::new().await;
        app.with_site(config.site, config.pages, config.redirects)
    }
}

pub(crate) async fn document(app: &TestApp, path: &str) -> Answer {
    app.browser().send(Method::GET, path, &[HTML]).await
}

async fn site(app: &TestApp) -> Site {
    app.get("/api/v1/site").await.data()
}

const OWN_SITE: &str = r##"
[site]
title = "Ada & Söhne"
description = "What we learnt about looms."
language = "de-ch"
heading = "Guten Tag"
author = "The weavers"
footer = "Woven in Bern."
accent = "#00695c"
logo = "logo.svg"
icon = "icon.png"
pages = "pages"

[[site.links]]
label = "Mastodon"
url = "https://social.example/@ada"
me = true
"##;

pub(crate) fn own_site() -> Folder {
    let folder = Folder::new(OWN_SITE);
    folder.write("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>");
    folder.write("icon.png", b"\x89PNG\r\n\x1a\nrest");
    folder.write(
        "pages/imprint.md",
        "---\ntitle: Impressum\ndescription: Who we are\nmenu: 2\naliases: [/legal/]\n---\n\
         See [about](about.md#us).\n\n![Loom](loom.png)\n\n## Address\n\n<script>x()</script>\n",
    );
    folder.write("pages/loom.png", b"\x89PNG\r\n\x1a\nloom");
    folder
}

#[tokio::test]
async fn a_site_has_its_own_name_everywhere() {
    let folder = own_site();
    let app = folder.app().await;
    let said = site(&app).await;
    assert_eq!(said.title, "Ada & Söhne");
    assert_eq!(said.language, "de-CH");
    assert_eq!(said.intro, "What we learnt about looms.");
    assert_eq!(said.author.as_deref(), Some("The weavers"));
    assert!(said.links[0].me && said.contact);
    let labels: Vec<&str> = said.menu.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["Home", "Blogs", "About", "Impressum", "Contact"]);
    for path in [
        "/",
        "/blogs",
        "/about",
        "/imprint",
        "/contact",
        "/nowhere",
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/api/docs",
        "/api/v1/openapi.json",
        "/file.txt",
    ] {
        let text = document(&app, path).await.text();
        let text = text.replace("<meta name=\"generator\" content=\"FlashBlog", "");
        let text = text.replace("FLASHBLOG_", "");
        assert!(
            !text.contains("FlashBlog") && !text.contains("Bright ideas"),
            "{path}: {text}"
        );
        let has_name = text.contains("Ada &amp; Söhne") || text.contains("Ada & Söhne");
        assert!(has_name, "{path}");
    }
    let home = document(&app, "/").await.text();
    for part in [
        "<title>Home · Ada &amp; Söhne</title>",
        "content=\"What we learnt about looms.\"",
        "rel=\"stylesheet\" href=\"/site/theme-",
        "rel=\"icon\" href=\"/site/icon-",
        "data-path=\"/api/v1/site\"",
        "\"inLanguage\":\"de-CH\"",
    ] {
        assert!(home.contains(part), "{part}: {home}");
    }
    let feed = document(&app, "/feed.xml").await.text();
    assert!(feed.contains("<language>de-CH</language>"), "{feed}");
}

#[tokio::test]
async fn the_files_of_a_site_are_kept_for_good_and_run_no_script() {
    let folder = own_site();
    let app = folder.app().await;
    let said = site(&app).await;
    let logo = said.logo_url.expect("a logo");
    let home = document(&app, "/").await.text();
    let theme = home
        .split("href=\"")
        .find(|part| part.starts_with("/site/theme-"));
    let theme = theme
        .and_then(|part| part.split('"').next())
        .expect("a style sheet");
    for (path, kind) in [
        (logo.as_str(), "image/svg+xml"),
        (said.icon_url.as_str(), "image/png"),
        (theme, "text/css; charset=utf-8"),
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.header("content-type"), Some(kind));
        assert!(
            answer
                .header("cache-control")
                .expect("caching")
                .contains("immutable")
        );
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.contains("sandbox"), "{policy}");
    }
    assert!(app.get(theme).await.text().contains("--accent: #00695c;"));
    let error_page = app.get("/error.css").await.text();
    assert!(error_page.contains(":root { --accent: #00695c; }"));
    assert_eq!(
        app.get("/site/logo-0000000000000000.svg").await.status,
        StatusCode::NOT_FOUND
    );
    let other = TestApp::new().await;
    assert_eq!(site(&other).await.logo_url, None);
    let icon = other.get(&site(&other).await.icon_url).await;
    assert!(icon.text().contains("#4b36d1"));
}

#[tokio::test]
async fn a_page_of_its_own_is_read_by_api_browser_and_search_engine() {
    let folder = own_site();
    let app = folder.app().await;
    let page: SitePage = app.get("/api/v1/pages/imprint").await.data();
    assert_eq!(
        (page.slug.as_str(), page.title.as_str()),
        ("imprint", "Impressum")
    );
    assert!(page.updated_at.is_some());
    assert_eq!(page.headings[0].text, "Address");
    assert!(
        page.content_html.contains("src=\"/site/pages/loom.png\""),
        "{}",
        page.content_html
    );
    assert!(
        !page.content_html.contains("<script"),
        "{}",
        page.content_html
    );
    assert_eq!(app.get("/site/pages/loom.png").await.status, StatusCode::OK);
    assert_eq!(
        app.get("/site/pages/../flashblog.toml").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        app.get("/site/pages/imprint.md").await.status,
        StatusCode::NOT_FOUND
    );

    let answer = document(&app, "/imprint").await;
    assert_eq!(answer.status, StatusCode::OK);
    let html = answer.text();
    assert!(html.contains("<title>Impressum · Ada"), "{html}");
    assert!(
        html.contains("content=\"Who we are\"")
            && html.contains("data-path=\"/api/v1/pages/imprint\"")
    );
    let sitemap = app.get("/sitemap.xml").await.text();
    assert!(
        sitemap.contains("<loc>http://blog.test/imprint</loc>"),
        "{sitemap}"
    );
    let moved = document(&app, "/legal").await;
    assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(moved.header("location"), Some("/imprint"));

    let missing = app.get("/api/v1/pages/terms").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(missing.problem().code, "page_not_found");
    assert_eq!(missing.flashes(), ["error: Page not found."]);
    assert_eq!(document(&app, "/terms").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_follow_their_files() {
    let folder = own_site();
    let app = folder.app().await;
    let text = |page: SitePage| page.content_html;
    let imprint = || async { app.get("/api/v1/pages/imprint").await.data::<SitePage>() };
    assert!(
        site(&app)
            .await
            .menu
            .iter()
            .any(|item| item.label == "About")
    );
    folder.write("pages/imprint.md", "# Neu\n\nText.\n");
    folder.write("pages/about.md", "---\ntitle: Wir\nmenu: 1\n---\nUs.\n");
    folder.write("pages/home.md", "Welcome.\n");
    folder.write("pages/idea.md", "---\ntitle: Idea\ndraft: true\n---\n");
    app.clock.advance(Duration::from_secs(3));
    assert_eq!(imprint().await.title, "Neu");
    let said = site(&app).await;
    let labels: Vec<&str> = said.menu.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["Home", "Blogs", "Wir", "Contact"]);
    assert_eq!(said.pages, ["about", "home", "imprint"]);
    let about = document(&app, "/about").await.text();
    assert!(about.contains("<title>Wir · ") && about.contains("data-path=\"/api/v1/pages/about\""));
    assert!(
        document(&app, "/")
            .await
            .text()
            .contains("data-path=\"/api/v1/pages/home\"")
    );
    assert_eq!(document(&app, "/home").await.status, StatusCode::NOT_FOUND);
    assert_eq!(document(&app, "/idea").await.status, StatusCode::NOT_FOUND);

    // A page with an error in its file keeps its last text, and a removed page is gone.
    folder.write("pages/imprint.md", "---\ntitle: [\n---\nBroken.\n");
    fs::remove_file(folder.path().join("pages/about.md")).expect("removes");
    app.clock.advance(Duration::from_secs(3));
    assert!(text(imprint().await).contains("Text."));
    assert_eq!(
        app.get("/api/v1/pages/about").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        document(&app, "/about").await.status,
        StatusCode::OK,
        "the built-in one"
    );
}

#[tokio::test]
async fn a_site_without_a_contact_form_has_none_anywhere() {
    let app = Folder::new("[site]\ncontact = false").app().await;
    assert!(
        !site(&app)
            .await
            .menu
            .iter()
            .any(|item| item.url == "/contact")
    );
    assert_eq!(
        document(&app, "/contact").await.status,
        StatusCode::NOT_FOUND
    );
    let message = json!({"name": "A", "email": "a@b.example", "subject": "S", "message": "M"});
    let browser = app.browser();
    let answer = browser
        .post_json("/api/v1/contact", &[], message.to_string())
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let form = "name=A&email=a%40b.example&subject=S&message=M";
    assert_eq!(
        browser.post_form("/contact", form).await.status,
        StatusCode::NOT_FOUND
    );
    assert!(!app.get("/sitemap.xml").await.text().contains("/contact"));
}

#[tokio::test]
async fn old_addresses_lead_to_new_ones() {
    let app = Folder::new(
        "[[redirects]]\nfrom = '/old'\nto = '/about'\nstatus = 301\n\
         [[redirects]]\nfrom = '/blogs/2019-*'\nto = '/blogs/*'\n\
         [[redirects]]\nfrom = '/secret'\nstatus = 410\n",
    )
    .app()
    .await;
    for (path, status, location) in [
        ("/old", 301, Some("/about")),
        ("/old/", 301, Some("/about")),
        ("/blogs/2019-a", 308, Some("/blogs/a")),
        ("/blog/post-1", 308, Some("/blogs/post-1")),
        ("/secret", 410, None),
        ("/blogs/post-1", 200, None),
    ] {
        let answer = document(&app, path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
        assert_eq!(answer.header("location"), location, "{path}");
    }
    assert!(document(&app, "/secret").await.text().contains("Gone"));
}

#[tokio::test]
async fn the_api_describes_the_site() {
    let app = TestApp::new().await;
    let description: Value =
        serde_json::from_str(&app.get("/api/v1/openapi.json").await.text()).expect("JSON");
    for path in ["/api/v1/site", "/api/v1/pages/{slug}"] {
        assert!(description["paths"][path]["get"].is_object(), "{path}");
    }
}
