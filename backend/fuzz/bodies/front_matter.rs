//! Front matter is read or refused with a reason; the text below it is never lost.

use flashblog::content::front_matter::{parse_yaml_fields, split};

use super::Body;

pub(crate) const BODY: Body = Body {
    name: "front_matter",
    words: &[
        "---\n",
        "---",
        "+++\n",
        "title: a\n",
        "title = \"a\"\n",
        "date: 2026-02-30\n",
        "tags: [a, b]\n",
        "tags:\n  - a\n",
        "a: &x [*x]\n",
        "b: *x\n",
        "? - a\n",
        "x: |\n  y\n",
        "[table]\n",
        "a.b = 1\n",
        "{",
        "}",
        "\"",
        ": ",
        "- ",
        "\t",
        "\u{feff}",
        "!!binary x\n",
        "<<: *x\n",
        "1e999\n",
        "---json\n",
        ";;;\n",
        "<!-- x -->\n",
        "Title: a\n",
        "  ---\n",
        "text\n",
    ],
    check,
};

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match split(&text) {
        Ok(_) => {}
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Err(error) = parse_yaml_fields(&text) {
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}
