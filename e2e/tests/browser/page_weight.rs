//! What readers wait for.

use e2e::page_weight::{LIMIT_BYTES, first_visit};

#[tokio::test]
async fn a_first_visit_is_light() -> anyhow::Result<()> {
    let parts = first_visit().await?;
    let total: usize = parts.iter().map(|part| part.brotli).sum();
    for kind in [".css", ".js", ".wasm"] {
        assert!(
            parts.iter().any(|part| part.name.ends_with(kind)),
            "{parts:#?}"
        );
    }
    assert!(total <= LIMIT_BYTES, "{total} bytes: {parts:#?}");
    Ok(())
}
