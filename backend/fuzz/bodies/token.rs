//! No input verifies as a session token unless it was signed with the key.

use std::sync::LazyLock;

use flashblog::session::token::{Claims, Keys};
use jiff::Timestamp;

use super::Body;

pub(crate) const BODY: Body = Body {
    name: "token",
    words: &[
        "\0",
        "\u{1}",
        "\u{2}",
        "\u{3}",
        "\u{4}",
        ".",
        "..",
        "=",
        "eyJ",
        "eyJhbGciOiJub25lIn0",
        "e30",
        "\"",
        "{}",
        "null",
    ],
    check,
};

static KEYS: LazyLock<Keys> =
    LazyLock::new(|| Keys::new(b"the key that the input does not know, surely", []));
static VALID: LazyLock<String> = LazyLock::new(|| {
    let claims = Claims::begin(Timestamp::UNIX_EPOCH, 3_600).expect("randomness");
    KEYS.sign(&claims).expect("signs")
});

/// The first byte says how the rest is used: as a whole token, or as one part of a token whose
/// other parts are valid, which gets past the header and the signature.
fn check(input: &[u8]) {
    let Some((how, rest)) = input.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let parts: Vec<&str> = VALID.split('.').collect();
    let token = match how % 5 {
        0 => text.into_owned(),
        1 => format!("{text}.{}.{}", parts[1], parts[2]),
        2 => format!("{}.{text}.{}", parts[0], parts[2]),
        3 => format!("{}.{}.{text}", parts[0], parts[1]),
        _ => format!("{}{text}", *VALID),
    };
    let verified = KEYS.verify(&token, Timestamp::UNIX_EPOCH).is_ok();
    assert_eq!(verified, token == *VALID, "{token}");
}
