use super::*;

fn render(text: &str, title: Option<&str>) -> Rendered {
    super::render(text, title, Flavour::Markdown).expect("little work")
}

fn html(text: &str) -> String {
    render(text, Some("Title")).html
}

#[test]
fn what_blogs_write_becomes_html() {
    let rendered = render(
        "A *b* ~~c~~[^1] -- \"q\"\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n\n```rust,no_run\nfn a() {}\n```\n\n<b>raw</b>\n\n[^1]: note\n",
        Some("Title"),
    );
    for part in [
        "<em>b</em> <del>c</del><sup",
        "-- \"q\"",
        "<td style=\"text-align: right\">2</td>",
        "<code class=\"language-rust,no_run\">fn a() {}",
        "<b>raw</b>",
        "note",
    ] {
        assert!(
            rendered.html.contains(part),
            "{part} is not in {}",
            rendered.html
        );
    }
    assert_eq!(rendered.heading, None);
    assert_eq!(rendered.opening_html, None);
}

#[test]
fn a_task_shows_whether_it_is_done() {
    let html = render("- [ ] a task\n- [x] done\n- [link](/x) [ ]\n", None).html;
    for part in [
        "<li>☐ a task</li>",
        "<li>☑ done</li>",
        "<li><a href=\"/x\">link</a> [ ]</li>",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
}

#[test]
fn a_heading_that_says_the_title_again_is_left_out() {
    for (markdown, title, heading, html) in [
        ("# A `b` *c*\n\nText", None, Some("A b c"), "<p>Text</p>\n"),
        ("# A\n\nText", Some("A"), Some("A"), "<p>Text</p>\n"),
        (
            "# B\n\nText",
            Some("A"),
            Some("B"),
            "<h1>B</h1>\n<p>Text</p>\n",
        ),
        ("Text\n\n## A", None, Some("A"), "<p>Text</p>\n<h2>A</h2>\n"),
        ("A\n===\nText", None, Some("A"), "<p>Text</p>\n"),
        ("Text", None, None, "<p>Text</p>\n"),
        ("", None, None, ""),
    ] {
        let rendered = render(markdown, title);
        assert_eq!(rendered.heading.as_deref(), heading, "{markdown}");
        assert_eq!(rendered.html, html, "{markdown}");
    }
}

#[test]
fn a_mark_ends_the_summary() {
    for mark in [
        "<!--truncate-->",
        "<!-- truncate -->",
        "<!-- more -->",
        "<!--More Read on-->",
        "<!-- excerpt -->",
        "<!-- PELICAN_END_SUMMARY -->",
        "{/* truncate */}",
    ] {
        let rendered = render(&format!("One *two*.\n\n{mark}\n\nThree."), Some("T"));
        assert_eq!(
            rendered.opening_html.as_deref(),
            Some("<p>One <em>two</em>.</p>\n")
        );
    }
    assert_eq!(
        render("```\n<!--truncate-->\n```\n", None).opening_html,
        None
    );
}

#[test]
fn a_mark_within_a_line_ends_the_summary_too() {
    for text in [
        "One *two*. <!--more-->Three.",
        "One *two*.\n<!--more-->Three.",
    ] {
        let rendered = render(text, Some("T"));
        let opening = rendered.opening_html.expect("an opening");
        assert_eq!(opening.trim(), "<p>One <em>two</em>.</p>", "{text}");
        assert!(rendered.html.contains("<p>Three.</p>"), "{}", rendered.html);
    }
}

#[test]
fn footnotes_stand_at_the_end_with_a_way_back() {
    let html = html(
        "One[^b], two[^a], one again[^b], none[^c].\n\n[^a]: Note A, see[^d]\n[^b]: Note B\n\n    More of B\n\n[^d]: Note D\n[^x]: Unused\n\nLast.",
    );
    let order: Vec<usize> = [
        "none[^c].",
        "Last.",
        "doc-endnotes",
        "More of B",
        "Note A",
        "Note D",
        "Unused",
    ]
    .iter()
    .map(|part| {
        html.find(part)
            .unwrap_or_else(|| panic!("{part} is not in {html}"))
    })
    .collect();
    assert!(order.is_sorted(), "{html}");
    for part in [
        "One<sup><a href=\"#fn-1\" id=\"fnref-1\" role=\"doc-noteref\">1</a></sup>",
        "two<sup><a href=\"#fn-2\"",
        "id=\"fnref-1-2\"",
        "<li id=\"fn-1\">\n<p>Note B</p>\n<p>More of B <a href=\"#fnref-1\" role=\"doc-backlink\"",
        "<li id=\"fn-3\">\n<p>Note D <a href=\"#fnref-3\"",
        "<p>Unused</p>\n</li>",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
}

#[test]
fn alerts_and_admonitions_are_callouts() {
    for text in [
        "> [!NOTE]\n> Mind the *gap*.",
        ":::note\nMind the *gap*.\n:::",
        "::: info\n\nMind the *gap*.\n\n:::\n",
        "::: {.callout-note}\nMind the *gap*.\n:::",
        "> [!info]-\n> Mind the *gap*.",
    ] {
        assert_eq!(
            html(text).trim(),
            "<blockquote role=\"note\">\n<p><strong>Note</strong></p>\n<p>Mind the <em>gap</em>.</p>\n</blockquote>",
            "{text}"
        );
    }
    let titled = html(":::warning[Wet paint]\nText\n\n```\n:::\n```\n:::\nAfter");
    for part in [
        "<blockquote role=\"note\">\n<p><strong>Warning</strong></p>\n<p><strong>Wet paint</strong></p>",
        "<code>:::\n</code>",
        "</blockquote>\n<p>After</p>",
    ] {
        assert!(titled.contains(part), "{part} is not in {titled}");
    }
    for text in ["::: unknown\nText\n:::", "> a quote"] {
        assert!(!html(text).contains("role"), "{text}");
    }
}

#[test]
fn tags_of_other_generators_become_markdown_where_they_can() {
    for (text, expected) in [
        (
            "{% highlight ruby linenos %}\nputs `x`\n{% endhighlight %}",
            "<pre><code class=\"language-ruby\">puts `x`\n</code></pre>",
        ),
        (
            "{{< highlight go \"linenos=table\" >}}\nfunc a() {}\n{{< /highlight >}}",
            "<pre><code class=\"language-go\">func a() {}\n</code></pre>",
        ),
        (
            "[a]({% post_url 2024-01-02-a %}) [b]({% link _posts/b.md %})",
            "<p><a href=\"@ref/2024-01-02-a\">a</a> <a href=\"@/_posts/b.md\">b</a></p>",
        ),
        (
            "[c]({{< ref \"c.md#part\" >}}) [d]({{% relref \"d\" %}})",
            "<p><a href=\"@ref/c.md#part\">c</a> <a href=\"@ref/d\">d</a></p>",
        ),
        (
            "![x]({{ site.baseurl }}/a.png) ![y]({{ \"/b.png\" | relative_url }})",
            "<p><img src=\"/a.png\" alt=\"x\" /> <img src=\"/b.png\" alt=\"y\" /></p>",
        ),
        (
            "{% raw %}{{ x }}{% endraw %} {% comment %}no{% endcomment %}ok",
            "<p>{{ x }} ok</p>",
        ),
        (
            "{{< figure src=\"a.png\" alt=\"A & B\" caption=\"The *A*\" >}}",
            "<figure><img src=\"a.png\" alt=\"A &#38; B\"><figcaption>The &#42;A&#42;</figcaption></figure>",
        ),
        (
            "{{</* youtube x */>}}",
            "<p><code>{{&lt; youtube x &gt;}}</code></p>",
        ),
        ("<!-- {{< x >}} --> a", "<!-- {{< x >}} --> a"),
        (
            "`{{< x >}}` and ``a ` {% b %}``",
            "<p><code>{{&lt; x &gt;}}</code> and <code>a ` {% b %}</code></p>",
        ),
        (
            "```\n{% if a %}\n```",
            "<pre><code>{% if a %}\n</code></pre>",
        ),
        (
            "Text\n\n    {{ a }}\n",
            "<p>Text</p>\n<pre><code>{{ a }}\n</code></pre>",
        ),
        ("a { b } {c} < d", "<p>a { b } {c} &lt; d</p>"),
    ] {
        let rendered = render(text, Some("T"));
        assert_eq!(rendered.html.trim(), expected, "{text}");
        assert!(rendered.unread.is_empty(), "{text}: {:?}", rendered.unread);
    }
}

#[test]
fn unknown_tags_are_shown_as_code_and_named() {
    for (text, kind, shown) in [
        (
            "{{< youtube a_b_c >}}",
            "the shortcode `youtube`",
            "youtube a_b_c",
        ),
        (
            "{{% notice tip %}}\n\n**In**\n\n{{% /notice %}}",
            "the shortcode `notice`",
            "<strong>In</strong>",
        ),
        ("{{< tabs\n  a=\"b\"\n>}}", "the shortcode `tabs`", "tabs a"),
        (
            "{% include x.html %} after",
            "Liquid's `include`",
            "</code> after",
        ),
        ("Hello {{ page.title }}!", "`{{ … }}`", "page.title"),
    ] {
        let rendered = render(text, Some("T"));
        assert_eq!(rendered.unread.iter().collect::<Vec<_>>(), [kind], "{text}");
        assert!(rendered.html.contains(shown), "{}", rendered.html);
        assert!(rendered.html.contains("<code>{"), "{}", rendered.html);
    }
}

#[test]
fn mdx_is_read_without_its_scripts() {
    let text = "import A from './a';\nimport {\n  B,\n} from 'b'\n\nOne {/* note */}two.\n\n<Chart data={[1].map((x) => x)} />\n\nexport const c = 1;\n\nThree.";
    let rendered = super::render(text, Some("T"), Flavour::Mdx).expect("little work");
    assert!(
        rendered.html.starts_with("<p>One two.</p>"),
        "{}",
        rendered.html
    );
    assert!(
        rendered.html.ends_with("<p>Three.</p>\n"),
        "{}",
        rendered.html
    );
    assert!(!rendered.html.contains("import"), "{}", rendered.html);
    assert_eq!(
        rendered.unread.iter().collect::<Vec<_>>(),
        ["the component `Chart`"]
    );
}

#[test]
fn hostile_markdown_takes_little_work() {
    for text in [
        "> ".repeat(20_000),
        "{{".repeat(100_000),
        "{% raw %}".repeat(20_000),
        "`".repeat(100_000),
        "[^a]".repeat(50_000) + "\n\n[^a]: x",
        (0..20_000)
            .map(|n| format!("[^{n}]\n\n[^{n}]: x\n\n"))
            .collect(),
        ":::note\n".repeat(100),
        "[".repeat(50_000),
        "*a **b ".repeat(20_000),
        "<!--".repeat(50_000),
    ] {
        // It ends. `TooComplex` is a valid answer.
        let _ = super::render(&text, None, Flavour::Mdx);
    }
    let cells = "|a".repeat(400_000);
    let table = format!("|a\n|-\n{}", cells.replace("|a|a", "|a\n|a"));
    let result = super::render(&table, None, Flavour::Markdown);
    assert_eq!(result, Err(TooComplex::TooManyElements));
}
