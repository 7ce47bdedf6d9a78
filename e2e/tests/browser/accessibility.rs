//! WCAG 2.2 AA and good practice, as far as a program can tell.

use std::collections::BTreeMap;

use e2e::{audit, tour};

#[tokio::test]
async fn axe_finds_nothing_on_any_page_in_any_state() -> anyhow::Result<()> {
    // A fault of the frame is on every page: each is told once, with where it was seen.
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    tour::walk(async |browser, sight| {
        for violation in audit::violations(browser).await? {
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
