//! WCAG 2.2 AA and good practice, as far as a program can tell.

use std::collections::BTreeMap;

use e2e::browser::Browser;
use e2e::tour::HEIGHT;
use e2e::{audit, tour};

#[tokio::test]
async fn axe_finds_nothing_on_any_page_in_any_state() -> anyhow::Result<()> {
    // A fault of the frame is on every page: each is told once, with where it was seen.
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    tour::walk(async |browser, sight| {
        let mut violations = audit::violations(browser).await?;
        if sight.width == 390 {
            violations.extend(scrolls_sideways_at_320(browser).await?);
        }
        for violation in violations {
            found
                .entry(violation)
                .or_default()
                .push(format!("{} {} {}", sight.name, sight.width, sight.theme));
        }
        Ok(())
    })
    .await?;
    assert!(found.is_empty(), "{found:#?}");
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
