//! Checks of axe-core: WCAG 2.2 at level AA, and best practices.

use std::collections::BTreeMap;

use e2e::browser::Browser;
use e2e::views::{App, HEIGHT, THEMES};
use e2e::{axe, views};

/// Fails if axe-core finds a violation in any view.
async fn check_views(theme: &'static str) -> anyhow::Result<()> {
    // A violation in the frame is on every page. It is listed once, with the views that have it.
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    views::walk(theme, async |browser, sight| {
        let mut violations = axe::violations(browser).await?;
        if sight.width == 390 {
            violations.extend(scrolls_sideways_at_320(browser).await?);
        }
        for violation in violations {
            let view = format!("{} {}", sight.name, sight.width);
            found.entry(violation).or_default().push(view);
        }
        Ok(())
    })
    .await?;
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}

// One test for each theme, so that they run at the same time.

#[tokio::test]
async fn axe_finds_nothing_on_any_page_in_the_light_theme() -> anyhow::Result<()> {
    check_views("light").await
}

#[tokio::test]
async fn axe_finds_nothing_on_any_page_in_the_dark_theme() -> anyhow::Result<()> {
    check_views("dark").await
}

/// The same for pages without the app.
async fn check_pages(app: App, theme: &'static str) -> anyhow::Result<()> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    views::walk_without_app(app, theme, async |browser, sight| {
        if app == App::Blocked {
            browser.run(STYLE_WITHOUT_SCRIPTS).await?;
        }
        // Current browsers make code that scrolls focusable by themselves. For older ones the app does it.
        let violations = axe::violations(browser).await?;
        let violations = violations
            .into_iter()
            .filter(|line| !line.starts_with("scrollable-region-focusable"));
        for violation in violations {
            let view = format!("{} {} {theme}", sight.name, sight.width);
            found.entry(violation).or_default().push(view);
        }
        Ok(())
    })
    .await?;
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}

/// Applies the style rules for pages without scripts. axe-core is a script and can't check a page whose
/// scripts are off. So scripts are on here, but the site's are blocked.
const STYLE_WITHOUT_SCRIPTS: &str = "
    for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) {
        if (rule.media?.mediaText === '(scripting: none)') rule.media.mediaText = 'all';
    }
    const toggle = document.querySelector('#theme-toggle');
    if (toggle?.checkVisibility()) throw new Error('styled as with scripts');";

#[tokio::test]
async fn axe_finds_nothing_on_pages_without_scripts() -> anyhow::Result<()> {
    check_pages(App::Blocked, "dark").await
}

#[tokio::test]
async fn axe_finds_nothing_on_pages_that_wait_for_the_app() -> anyhow::Result<()> {
    for theme in THEMES {
        check_pages(App::Later, theme).await?;
    }
    Ok(())
}

/// A violation if the page scrolls sideways at a width of 320 CSS pixels (WCAG 1.4.10).
async fn scrolls_sideways_at_320(browser: &Browser) -> anyhow::Result<Option<String>> {
    browser.resize(320, HEIGHT).await?;
    // The difference is negative while a dialog keeps the room of the scroll bar.
    let overflow = browser
        .run(
            "const {scrollWidth, clientWidth} = document.documentElement;
            return Math.max(0, scrollWidth - clientWidth)",
        )
        .await?;
    browser.resize(390, HEIGHT).await?;
    Ok((overflow != 0).then(|| format!("{overflow} px wider than 320 px")))
}
