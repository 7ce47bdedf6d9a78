//! Markdown of any kind becomes harmless HTML.

use flashblog::content::markdown::{Flavour, render};

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
        ":::note\n",
        ":::\n",
        "{{< figure src=\"a\" >}}",
        "{{< x ",
        "{% raw %}",
        "{% endraw %}",
        "{% highlight js %}",
        "{{ \"javascript:alert(1)\" | url }}",
        "<Chart x={a > b} />",
        "import a from 'b'\n",
        "text",
    ],
    check,
};

fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let Ok(rendered) = render(&text, Some("Same"), Flavour::Mdx) else {
        return;
    };
    html::assert_harmless(&rendered.html);
    if let Some(opening) = rendered.opening_html {
        html::assert_harmless(&opening);
    }
}
