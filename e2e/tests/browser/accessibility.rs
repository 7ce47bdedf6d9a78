//! WCAG 2.2 AA and good practice, as far as a program can tell.

use std::collections::BTreeMap;

use e2e::browser::Browser;
use e2e::views::{App, HEIGHT, THEMES};
use e2e::{axe, views};

/// Fails where axe-core finds something on any page in any state.
async fn check_views(theme: &'static str) -> anyhow::Result<()> {
    // A fault of the frame is on every page: it is told once, with the views that show it.
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

// One test a theme, so that each core has one.

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
        // Browsers make code that scrolls focusable; for older ones the app does it.
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

/// axe-core is a script and can't look at a page whose scripts are off. So they are on, but none of the
/// site's loads, and the rules for pages without scripts hold.
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

/// WCAG 1.4.10: no page is wider than the narrowest phone.
async fn scrolls_sideways_at_320(browser: &Browser) -> anyhow::Result<Option<String>> {
    browser.resize(320, HEIGHT).await?;
    // Negative where a dialog keeps the scroll bar's room free.
    let overflow = browser
        .run(
            "const {scrollWidth, clientWidth} = document.documentElement;
            return Math.max(0, scrollWidth - clientWidth)",
        )
        .await?;
    browser.resize(390, HEIGHT).await?;
    Ok((overflow != 0).then(|| format!("{overflow} px wider than 320 px")))
}
