//! The size of a first visit.

use e2e::page_weight::{LIMIT_BYTES, Part, READABLE_LIMIT_BYTES, first_visit};

#[tokio::test]
async fn a_first_visit_stays_below_its_limits() -> anyhow::Result<()> {
    for path in ["/", "/blogs", "/blogs/a-session-is-a-signature"] {
        let parts = first_visit(path).await?;
        let sum = |parts: &mut dyn Iterator<Item = &Part>| -> usize {
            parts.map(|part| part.brotli).sum()
        };
        let total = sum(&mut parts.iter());
        let readable = sum(&mut parts.iter().filter(|part| part.is_needed_to_read()));
        for kind in [".css", ".js", ".wasm"] {
            assert!(
                parts.iter().any(|part| part.name.ends_with(kind)),
                "{parts:#?}"
            );
        }
        // The size of other pages depends on their posts.
        assert!(
            path != "/" || total <= LIMIT_BYTES,
            "{total} bytes: {parts:#?}"
        );
        assert!(
            readable <= READABLE_LIMIT_BYTES,
            "{path}: {readable} bytes to read: {parts:#?}"
        );
    }
    Ok(())
}
