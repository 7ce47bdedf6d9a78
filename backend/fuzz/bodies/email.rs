//! An address that the form takes can stand in a mail's header as it is.

use shared::contact::field_errors;

use super::Body;

pub(crate) const BODY: Body = Body {
    name: "email",
    words: &[
        "a",
        "ada",
        "@",
        ".",
        "example",
        ".org",
        "-",
        "+tag",
        "\"",
        "\\",
        " ",
        "\r\n",
        "\nBcc: b@c.d",
        "<",
        ">",
        ",",
        ";",
        "(",
        ")",
        "[127.0.0.1]",
        "é",
        "日",
        "\u{202e}",
        "\0",
        "%00",
        "xn--",
        "1",
    ],
    check,
};

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if !field_errors("email", &text).is_empty() {
        return;
    }
    let address = text.trim();
    assert_eq!(address.matches('@').count(), 1, "{address:?}");
    let is_foreign = |c: char| c.is_control() || c.is_whitespace() || "<>,;:\"()[]\\".contains(c);
    assert!(!address.contains(is_foreign), "{address:?}");
    assert!(address.len() <= 4 * 254, "{address:?}");
}
