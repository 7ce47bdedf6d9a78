//! A search marks only text that is there.

use std::sync::LazyLock;

use flashblog::content::post::Post;
use flashblog::content::search::SearchIndex;
use flashblog::sources::BlogSource;
use flashblog::sources::embedded::EmbeddedSource;
use futures_util::FutureExt;

use super::Body;

pub(crate) const BODY: Body = Body {
    name: "search",
    words: &[
        "\n",
        " ",
        "session",
        "sesion",
        "Ünïcode",
        "straße",
        "STRASSE",
        "ﬁne",
        "日本語",
        "e\u{301}",
        "a",
        "-",
        "\u{200b}",
        "İ",
        "x",
        "\"",
        "ǆ",
        "0",
        "…",
    ],
    check,
};

static POST: LazyLock<Post> = LazyLock::new(|| {
    let source = EmbeddedSource::new();
    let posts = source.fetch().now_or_never().expect("in memory");
    posts.expect("posts").swap_remove(0)
});

/// The first line is searched for in the others.
fn check(input: &[u8]) {
    let input = String::from_utf8_lossy(input);
    let (query, text) = input.split_once('\n').unwrap_or((&input, ""));
    let post = Post {
        title: query.to_owned(),
        content_text: text.to_owned(),
        ..POST.clone()
    };
    let posts = [post.clone(), POST.clone()];
    let mut matches = SearchIndex::new(&posts).find(query);
    for post in matches.best(0..2).into_iter().map(|at| &posts[at]) {
        for highlight in matches.highlights(post) {
            let length = highlight.text.chars().count() as u32;
            let mut last = 0;
            for (start, end) in highlight.ranges {
                assert!(last <= start && start < end && end <= length, "{input:?}");
                last = end;
            }
        }
    }
}
