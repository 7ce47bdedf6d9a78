//! Markdown of any kind becomes harmless HTML.

use flashblog::content::markdown::render;

use super::{Body, html};

pub(crate) const BODY: Body = Body {
    name: "markdown",
    words: &[
        "# Same\n",
        "## Same\n",
        "\n\n",
        "\n",
        "> ",
        "- ",
        "1. ",
        "    ",
        "```rust\n",
        "```\n",
        "~~~",
        "| a | b |\n|---|---|\n",
        "[x](javascript:alert(1))",
        "[x](<data:text/html,x>)",
        "![a](b \"c\")",
        "[^1]",
        "[^1]: note\n",
        "<script>alert(1)</script>",
        "<img src=x onerror=y>",
        "<!-- more -->",
        "{#id .class}",
        "**",
        "_",
        "~~",
        "`",
        "\\",
        "&amp;",
        "- [x] ",
        "---\n",
        "text",
    ],
    check,
};

fn check(input: &[u8]) {
    let rendered = render(&String::from_utf8_lossy(input), Some("Same"));
    html::assert_harmless(&rendered.html);
    if let Some(opening) = rendered.opening_html {
        html::assert_harmless(&opening);
    }
}
