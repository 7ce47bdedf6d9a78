//! What must hold of any input. `backend/fuzz` runs these on a fuzzer's input, `tests/api/fuzz.rs` on
//! seeded input: each body panics where its rule is broken.

pub(crate) mod email;
pub(crate) mod front_matter;
pub(crate) mod html;
pub(crate) mod json_posts;
pub(crate) mod markdown;
pub(crate) mod request_head;
pub(crate) mod search;
pub(crate) mod token;

/// A rule about one kind of input.
pub(crate) struct Body {
    /// What is read.
    pub(crate) name: &'static str,
    /// Pieces of input that get past the first checks.
    pub(crate) words: &'static [&'static str],
    /// Panics where the rule is broken.
    pub(crate) check: fn(&[u8]),
}
