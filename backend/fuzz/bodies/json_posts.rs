//! A post of a JSON source is read or skipped, whatever its fields hold.

use flashblog::content::fields::Fields;
use serde_json::Value;

use super::{Body, html};

pub(crate) const BODY: Body = Body {
    name: "json_posts",
    words: &[
        "{\"title\":\"a\",",
        "\"content\":\"<p>x\",",
        "\"content\":\"<img src=x onerror=y>\",",
        "\"content\":{\"rendered\":\"<b>\"},",
        "\"tags\":[\"a\",{\"name\":\"b\"},null],",
        "\"author\":{\"name\":\"\\ud83d\\ude00\",\"url\":\"javascript:x\"},",
        "\"author\":[\"a\",\"b\"],",
        "\"date\":\"2026-02-30T25:61:00Z\",",
        "\"date\":-1e18,",
        "\"date\":\"1 Jan 99999\",",
        "\"id\":1e999,",
        "\"id\":18446744073709551616}",
        "\"\":0}",
        "\"title\":\"\\u0000\\u202e\"}",
        "[",
        "]",
        "{",
        "}",
        ",",
        "\\ud800",
    ],
    check,
};

fn check(input: &[u8]) {
    let Ok(Value::Object(post)) = serde_json::from_slice(input) else {
        return;
    };
    let fields = Fields(&post);
    for name in ["title", "author", "tags", "date", "id", "content", ""] {
        let names = [name];
        if let Some(line) = fields.name(&names) {
            assert!(!line.contains(['\n', '\r']), "{line:?}");
        }
        let _ = (fields.names(&names), fields.people(&names));
        if let Some(text) = fields.text(&names) {
            html::assert_harmless(&text);
        }
    }
}
