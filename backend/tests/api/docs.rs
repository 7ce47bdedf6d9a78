//! Every test that a table in the documents names exists.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_a_document_names_exists() {
    let backend = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut checked = 0;
    for name in ["flask-parity.md", "security.md"] {
        let document = fs::read_to_string(backend.join("../docs").join(name)).expect(name);
        for reference in references(&document) {
            let (file, test) = reference.split_once("::").expect("file and test");
            let source = fs::read_to_string(backend.join(file))
                .unwrap_or_else(|error| panic!("{name} names {file}: {error}"));
            let declaration = format!("fn {test}(");
            assert!(source.contains(&declaration), "{name} names {reference}");
            checked += 1;
        }
    }
    assert!(checked > 60, "only {checked} references were found");
}

/// Every `file.rs::test` in backticks.
fn references(document: &str) -> impl Iterator<Item = &str> {
    document
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.contains(".rs::"))
}
