//! Sites of other programs as sources: WordPress and Ghost, built from answers of real sites.

use std::collections::HashMap;
use std::fs;

use anyhow::Context;
use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use e2e::browser::Browser;
use e2e::provided;
use e2e::site::Site;
use serde_json::{Value, json};
use tokio::net::TcpListener;

const CARD: &str = "[data-testid=blog-card]";

/// A server with a JSON document at each path, and an empty page at `/`.
async fn serve(documents: HashMap<&'static str, String>) -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let home = format!("<{origin}/wp-json/>; rel=\"https://api.w.org/\"");
    let is_wordpress = documents.contains_key("/wp-json/");
    let answer = move |request: Request| {
        let answer: Response = match documents.get(request.uri().path()) {
            Some(body) => {
                ([(header::CONTENT_TYPE, "application/json")], body.clone()).into_response()
            }
            None if is_wordpress && request.uri().path() == "/" => {
                ([(header::LINK, home.clone())], "").into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        };
        async { answer }
    };
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(origin)
}

fn test_data(path: &str) -> anyhow::Result<String> {
    let path = provided("FLASHBLOG_TEST_DATA")?.join(path);
    fs::read_to_string(&path).with_context(|| path.display().to_string())
}

#[tokio::test]
#[ignore = "reads answers of a WordPress site in FLASHBLOG_TEST_DATA"]
async fn a_wordpress_site_is_shown_as_it_calls_itself() -> anyhow::Result<()> {
    let posts = test_data("wordpress/frontity_demo-worona_category-7_page1.json")?;
    let mut posts: Vec<Value> = serde_json::from_str(&posts)?;
    posts[4]["sticky"] = json!(true);
    let pages = test_data("wordpress/headstartwp_pages.json")?;
    let mut pages: Vec<Value> = serde_json::from_str(&pages)?;
    pages[4]["content"]["rendered"] = json!(format!(
        "<p id='more'>See <a href='{}'>the park</a>.</p>",
        posts[0]["link"].as_str().unwrap_or_default()
    ));
    let words = json!({"name": "Worona &amp; friends", "description": "Where we have been."});
    let origin = serve(HashMap::from([
        ("/wp-json/", words.to_string()),
        ("/wp-json/wp/v2/posts", Value::from(posts).to_string()),
        ("/wp-json/wp/v2/pages", Value::from(pages).to_string()),
    ]))
    .await?;
    let site = Site::with_arguments(&["--source", &origin]).await?;
    let browser = Browser::open(site.origin()).await?;

    browser.visit("/").await?;
    browser.await_text(".hero h1", "Worona & friends").await?;
    let sticky = format!("{CARD}:first-of-type h3");
    browser
        .await_text(&sticky, "The Al Hajar Mountains")
        .await?;
    // The pictures can't be loaded here, so the app replaces them. The server's page still has them.
    let home = reqwest::get(site.origin()).await?.text().await?;
    anyhow::ensure!(home.contains("srcset=\"https://demo.worona.org/"), "{home}");

    browser.visit("/blogs").await?;
    let first = format!("{CARD}:first-of-type h2");
    browser
        .await_text(&first, "Shinjuku Gyoen National Garden")
        .await?;
    anyhow::ensure!(browser.count(CARD).await? == 5);
    browser.find(&format!("{CARD} h2 a")).await?.click().await?;
    browser
        .await_path("/blogs/shinjuku-gyoen-national-garden")
        .await?;
    browser
        .await_text("h1", "Shinjuku Gyoen National Garden")
        .await?;
    browser
        .await_text(".byline-author", "Reyes Martinez")
        .await?;
    browser.await_text(".post .eyebrow", "Nature").await?;

    browser.visit("/about-us").await?;
    browser.await_text("h1", "About Us").await?;
    browser.find(".prose a").await?.click().await?;
    browser
        .await_path("/blogs/shinjuku-gyoen-national-garden")
        .await?;
    browser.visit("/blogs?category=Nature").await?;
    browser.await_text("#blogs-count", "3 posts").await?;
    browser.visit("/search?q=Oman").await?;
    browser
        .await_text("[data-testid=search-result] h2", "The Al Hajar Mountains")
        .await?;
    let feed = reqwest::get(format!("{}/feed.xml", site.origin())).await?;
    let feed = feed.text().await?;
    for part in ["<title>Worona &amp; friends</title>", "Kebumen City"] {
        anyhow::ensure!(feed.contains(part), "{part}: {feed}");
    }
    Ok(())
}

#[tokio::test]
#[ignore = "reads an answer of a Ghost site in FLASHBLOG_TEST_DATA"]
async fn a_ghost_site_is_shown_as_it_calls_itself() -> anyhow::Result<()> {
    let settings = json!({"settings": {
        "title": "The haunted loom", "description": "Weaving at night.", "lang": "de", "accent_color": "#00695c",
        "navigation": [{"label": "Home", "url": "/"}, {"label": "Who we are", "url": "/about/"}],
    }});
    let pages = json!({"pages": [
        {"slug": "about", "title": "About us", "url": "https://my.ghost.host/about/",
         "html": "<p>Read <a href=\"https://my.ghost.host/test-post/\">this</a>.</p>"},
        {"slug": "imprint", "title": "Imprint", "html": "<p>Example Ltd</p>"},
    ]});
    let origin = serve(HashMap::from([
        (
            "/ghost/api/content/posts/",
            test_data("ghost/jonklein_get_posts.body.json")?,
        ),
        ("/ghost/api/content/settings/", settings.to_string()),
        ("/ghost/api/content/pages/", pages.to_string()),
    ]))
    .await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("flashblog.toml");
    fs::write(&file, "ghost-key = \"0123456789abcdef\"\n")?;
    let file = file.to_str().context("text")?;
    let source = format!("ghost:{origin}");
    let site = Site::with_arguments(&["--source", &source, "--config", file]).await?;
    let browser = Browser::open(site.origin()).await?;

    browser.visit("/").await?;
    browser.await_text(".hero h1", "The haunted loom").await?;
    browser
        .await_text(".hero-lead", "Weaving at night.")
        .await?;
    browser.await_text(&format!("{CARD} h3"), "Test").await?;
    browser.find("nav a[href='/about']").await?.click().await?;
    browser.await_text("h1", "About us").await?;
    browser.find(".prose a").await?.click().await?;
    browser.await_path("/blogs/test-post").await?;
    browser.await_text("h1", "Test").await?;
    browser.visit("/imprint").await?;
    browser.await_text("h1", "Imprint").await?;
    anyhow::ensure!(browser.count("nav a[href='/imprint']").await? == 0);
    browser.visit("/blogs").await?;
    browser.await_text("#blogs-count", "1 post").await?;
    browser.visit("/search?q=test").await?;
    browser
        .await_text("[data-testid=search-result] h2", "Test")
        .await?;
    let feed = reqwest::get(format!("{}/atom.xml", site.origin())).await?;
    let feed = feed.text().await?;
    anyhow::ensure!(feed.contains("The haunted loom"), "{feed}");
    Ok(())
}
