//! A site with its own name, language, colours, pages and old addresses.

use e2e::browser::Browser;
use e2e::views::THEMES;
use e2e::{axe, own_site};
use serde_json::json;

const NAME: &str = "Werkstatt Notizen";
/// Pages that the app shows.
const PAGES: [&str; 10] = [
    "/",
    "/blogs",
    "/blogs?tag=Hobel",
    "/blogs/hobel",
    "/search?q=Klinge",
    "/about",
    "/impressum",
    "/contact",
    "/nowhere",
    "/blogs/none",
];
/// The page's HTML without the name of its generator.
const SOURCE: &str = "
    document.querySelector('meta[name=generator]')?.remove();
    return document.documentElement.outerHTML";

/// The built-in name and words that a text contains.
fn built_in_words(text: &str) -> Vec<&'static str> {
    let words = ["FlashBlog", "Bright ideas", "careful posts"];
    words
        .into_iter()
        .filter(|word| text.contains(word))
        .collect()
}

async fn check_pages(browser: &Browser, with_app: bool) -> anyhow::Result<()> {
    for path in PAGES {
        browser.visit(path).await?;
        if with_app {
            browser.await_app().await?;
        }
        browser.find("main h1").await?;
        let title = browser.client().title().await?;
        assert!(title.ends_with(NAME), "{path}: {title}");
        let source = browser.client().execute(SOURCE, vec![]).await?;
        let source = source.as_str().unwrap_or_default();
        assert_eq!(built_in_words(source), [""; 0], "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn no_page_has_the_built_in_name_or_words() -> anyhow::Result<()> {
    let site = own_site::start(&[]).await?;
    let browser = Browser::open(site.origin()).await?;
    check_pages(&browser, true).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.disable_scripts().await?;
    check_pages(&browser, false).await
}

#[tokio::test]
async fn no_file_or_failure_has_the_built_in_name_or_words() -> anyhow::Result<()> {
    let site = own_site::start(&[]).await?;
    // Its source can't be reached: nothing listens at this port.
    let broken = own_site::start(&["--source", "http://127.0.0.1:9/posts.json"]).await?;
    let client = reqwest::Client::builder().no_proxy().build()?;
    let home = client.get(site.origin()).send().await?.text().await?;
    let manifest = home
        .split("href=\"")
        .find(|part| part.contains(".webmanifest"));
    let manifest = manifest
        .and_then(|part| part.split('"').next())
        .unwrap_or_default();
    assert!(manifest.starts_with("/site/"), "{home}");
    let mut asked = Vec::new();
    for path in PAGES.into_iter().chain([
        manifest,
        "/feed.xml",
        "/atom.xml",
        "/feed.json",
        "/sitemap.xml",
        "/robots.txt",
        "/api/docs",
        "/api/v1/openapi.json",
        "/api/v1/site",
        "/api/v1/blogs",
        "/api/v1/blogs/none",
        "/error.css",
        "/site/none.png",
        "/media/none.png",
        "/none.txt",
    ]) {
        asked.push(format!("{}{path}", site.origin()));
    }
    for path in ["/", "/blogs/hobel", "/api/v1/blogs/hobel", "/feed.xml"] {
        asked.push(format!("{}{path}", broken.origin()));
    }
    let mut statuses = Vec::new();
    for address in asked {
        let answer = client
            .get(&address)
            .header("accept", "text/html")
            .send()
            .await?;
        statuses.push(answer.status().as_u16());
        let text = answer.text().await?;
        let text = text.replace("<meta name=\"generator\" content=\"FlashBlog", "");
        assert_eq!(built_in_words(&text), [""; 0], "{address}: {text}");
    }
    for status in [200, 404, 503] {
        assert!(statuses.contains(&status), "{statuses:?}");
    }
    Ok(())
}

/// The language of an element, as assistive technology determines it.
const LANGUAGE: &str =
    "return document.querySelector(arguments[0]).closest('[lang]').getAttribute('lang')";

#[tokio::test]
async fn words_are_marked_with_their_language_and_dates_are_in_that_of_the_site()
-> anyhow::Result<()> {
    let site = own_site::start(&[]).await?;
    let browser = Browser::open(site.origin()).await?;
    browser.visit("/blogs/hobel").await?;
    assert_eq!(browser.text(".byline time").await?, "5. März 2026");
    for (css, language) in [
        (":root", "de"),
        (".navbar-nav a[href='/blogs']", "en"),
        (".navbar-nav a[href='/impressum'] span", "de"),
        (".post h1", "de"),
        (".byline time", "de"),
        (".byline-facts > :last-child", "en"),
        (".post .prose", "de"),
        (".share button", "en"),
        (".site-footer-text", "de"),
        (".toast-stack", "en"),
    ] {
        let found = browser.client().execute(LANGUAGE, vec![json!(css)]).await?;
        assert_eq!(found, language, "{css}");
    }
    // The same date, rendered by the app.
    browser.click(".site-footer a[href='/blogs']").await?;
    browser.await_path("/blogs").await?;
    browser.await_text(".blog-card time", "5. März 2026").await
}

#[tokio::test]
async fn links_to_old_addresses_and_keys_lead_to_posts_and_pages() -> anyhow::Result<()> {
    let site = own_site::start(&[]).await?;
    let browser = Browser::open(site.origin()).await?;
    for old in ["/blogs/alter-hobel", "/notizen/hobel.html"] {
        browser.visit("/blogs/bank").await?;
        browser.await_app().await?;
        browser.click(&format!(".prose a[href='{old}']")).await?;
        browser.await_path("/blogs/hobel").await?;
        browser.await_text("h1", "Ein Hobel, der singt").await?;
        assert_eq!(browser.count(".toast-stack .alert").await?, 0, "{old}");
    }
    browser.await_app().await?;
    browser.press("4").await?;
    browser.await_path("/impressum").await?;
    browser.await_text("h1", "Impressum").await
}

/// The number of accent colours that are tried.
const ACCENTS: usize = 12;

/// Colours of a linear congruential generator (Knuth, MMIX): the same in each run.
fn random_colours() -> impl Iterator<Item = String> {
    let mut state = 13_u64;
    std::iter::from_fn(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Some(format!("#{:06x}", state >> 40))
    })
}

#[tokio::test]
async fn axe_finds_nothing_in_any_accent_in_both_themes() -> anyhow::Result<()> {
    let mut tried = Vec::new();
    let mut found = Vec::new();
    // The server refuses colours that are too pale.
    for accent in random_colours().take(4 * ACCENTS) {
        if tried.len() == ACCENTS {
            break;
        }
        let Ok((site, _folder)) = own_site::start_in(&accent).await else {
            continue;
        };
        let browser = Browser::open(site.origin()).await?;
        browser.hide_scrollbars().await?;
        browser.hold_timers().await?;
        browser.prefer("prefers-reduced-motion", "reduce").await?;
        for theme in THEMES {
            browser.prefer("prefers-color-scheme", theme).await?;
            // Three pages: buttons, links, the form and its alert; cards and chips; a post.
            browser.visit("/contact").await?;
            browser.click(".contact-form button").await?;
            browser.find("#contact-faults").await?;
            found.extend(look(&browser, &accent, theme).await?);
            for (path, shown) in [("/blogs", ".blog-card"), ("/blogs/hobel", ".post .prose")] {
                browser.visit(path).await?;
                browser.find(shown).await?;
                found.extend(look(&browser, &accent, theme).await?);
            }
        }
        tried.push(accent);
    }
    assert_eq!(found, [""; 0]);
    assert_eq!(tried.len(), ACCENTS, "{tried:?}");
    Ok(())
}

async fn look(browser: &Browser, accent: &str, theme: &str) -> anyhow::Result<Vec<String>> {
    browser.await_app().await?;
    browser.await_stillness().await?;
    let violations = axe::violations(browser).await?.into_iter();
    let told = violations.map(|violation| format!("{accent} {theme}: {violation}"));
    Ok(told.collect())
}

/// Elements of the header that are outside the screen or wrapped into several lines.
const HEADER_FAULTS: &str = "
    const shown = [...document.querySelectorAll(
        '.site-header .navbar-brand, .site-header .nav-link, .site-header .icon-button, .site-search input')]
        .filter(element => element.checkVisibility({opacityProperty: true}));
    const outside = shown.filter(element => {
        const box = element.getBoundingClientRect();
        return box.left < -0.5 || box.right > innerWidth + 0.5;
    });
    const broken = shown.filter(element =>
        element.matches('.nav-link') && element.getClientRects()[0].height > 60);
    return [...outside, ...broken].map(element => element.outerHTML.slice(0, 80))";

#[tokio::test]
async fn a_longer_menu_fits_at_every_width() -> anyhow::Result<()> {
    let site = own_site::start(&[]).await?;
    let browser = Browser::open(site.origin()).await?;
    for width in [390, 768, 860, 992, 1000, 1100, 1280] {
        browser.resize(width, 800).await?;
        browser.visit("/about").await?;
        browser.await_app().await?;
        let faults = browser.run(HEADER_FAULTS).await?;
        assert_eq!(faults, json!([]), "{width}");
    }
    Ok(())
}
