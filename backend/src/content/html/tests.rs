mod attacks;

use super::*;
use crate::content::address::SameSite;

fn clean(html: &str) -> SafeHtml {
    sanitise(html, &this_site()).expect("little work")
}

fn this_site() -> Arc<dyn Addresses> {
    Arc::new(SameSite)
}

#[test]
fn what_posts_need_stays() {
    for (html, expected) in [
        (
            "<a href='/blogs/x' target=_blank rel=opener onclick=x()>x</a>",
            "<a href=\"/blogs/x\" rel=\"noopener nofollow\">x</a>",
        ),
        (
            "<a href='javascript:x'>x</a>",
            "<a rel=\"noopener nofollow\">x</a>",
        ),
        (
            "<img src=/a.png alt='A' width=10 height='50%' style='x:y' onerror=x() class=big>",
            "<img src=\"/a.png\" alt=\"A\" width=\"10\" loading=\"lazy\" decoding=\"async\">",
        ),
        ("<img src='data:image/png;base64,AAAA' alt=A>", ""),
        (
            "<pre class=x><code class='hl language-rust,no_run'>a &lt; b</code></pre>",
            "<pre><code class=\"language-rust\">a &lt; b</code></pre>",
        ),
        (
            "<table><tr><td style='text-align: right'>1</td><td align=center>2</td><td style='color:red'>3</td></tr></table>",
            "<table><tbody><tr><td class=\"text-end\">1</td><td class=\"text-center\">2</td><td>3</td></tr></tbody></table>",
        ),
        (
            "<figure><figcaption>A</figcaption></figure>",
            "<figure><figcaption>A</figcaption></figure>",
        ),
        (
            "<section><form><p>A<button>B</button></form></section>",
            "<section><p>AB</p></section>",
        ),
        (
            "a<script>b</script><style>c</style><svg><title>d</title></svg><!-- e -->",
            "a",
        ),
    ] {
        assert_eq!(clean(html).html, expected, "{html}");
    }
    let image = clean("<img src=/a.png>").html;
    assert!(image.contains(" alt=\"\""), "{image}");
}

#[test]
fn headings_get_ids_of_their_own_below_the_page_title() {
    assert_eq!(
        clean("<h1 id=main>What's <em>new</em>?</h1><h2 id=root>A</h2><h2>A</h2><h6>😀</h6>").html,
        "<h2 id=\"h-what-s-new\">What's <em>new</em>?</h2><h3 id=\"h-a\">A</h3><h3 id=\"h-a-2\">A</h3><h6 id=\"h-part\">😀</h6>"
    );
    assert_eq!(
        clean("<h2>A</h2><h3>B</h3>").html,
        "<h2 id=\"h-a\">A</h2><h3 id=\"h-b\">B</h3>"
    );
}

#[test]
fn headings_are_listed_as_they_read_with_the_ids_that_they_got() {
    let safe = clean(
        "<h1>Tom &amp;\n <em>Jerry</em></h1><p>x</p><h2></h2><h2><img src=/a.png></h2>\
         <h6>Deep<script>alert(1)</script></h6><h6>&lt;b&gt;</h6>",
    );
    let headings: Vec<_> = safe
        .headings
        .iter()
        .map(|heading| (heading.level, heading.id.as_str(), heading.text.as_str()))
        .collect();
    assert_eq!(
        headings,
        [
            (2, "h-tom-jerry", "Tom & Jerry"),
            (6, "h-deep", "Deep"),
            (6, "h-b", "<b>"),
        ]
    );
    for (_, id, _) in headings {
        assert!(safe.html.contains(&format!("id=\"{id}\"")), "{}", safe.html);
    }
    assert_eq!(clean("<p>No heading</p>").headings, []);
}

#[test]
fn links_within_a_post_follow_its_renamed_ids() {
    let html = clean(
        "<a href='#note'>1</a><a href='#whats-new'>2</a><a href='#intro'>3</a><a href='#gone'>4</a>\
         <p id=note>n</p><h2>Whats new</h2><h2 id=intro>Introduction</h2>",
    )
    .html;
    for part in [
        "href=\"#c-note\"",
        "href=\"#h-whats-new\"",
        "href=\"#h-introduction\"",
        "href=\"#gone\"",
        "<p id=\"c-note\">",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
}

#[test]
fn the_text_reads_as_the_page_does() {
    let safe = clean(
        "<h2>Head</h2><p>One <b>t</b>wo&nbsp;&amp;amp; 3 &lt; 4.</p><p>Five<br>six</p>\
         <pre>code</pre><table><tr><td>a</td><td>b</td></tr></table><ul><li>x</li><li>y</li></ul>",
    );
    assert_eq!(safe.text, "Head One two &amp; 3 < 4. Five six code a b x y");
    assert_eq!(safe.prose, "One two &amp; 3 < 4. Five six x y");
}

#[test]
fn parts_are_found_under_the_names_that_other_generators_give_them() {
    let safe = clean(
        "<h2>What's new in v1.2?</h2><h2>Node.js setup</h2><h2>Foo/Bar</h2><h2>Don’t panic</h2>\
         <h2>Setup</h2><h2>Setup</h2><h2>Setup</h2><h2>1. Über_uns</h2><h2>C# & C++</h2><h2>日本語</h2>\
         <h2 id=own>Named</h2><a name=old></a><p id=note>x</p>",
    );
    for (fragment, id) in [
        // GitHub, Docusaurus, Astro, Hugo.
        ("whats-new-in-v12", "h-what-s-new-in-v1-2"),
        ("nodejs-setup", "h-node-js-setup"),
        ("foobar", "h-foo-bar"),
        ("dont-panic", "h-don-t-panic"),
        ("1-über_uns", "h-1-über_uns"),
        ("1-%C3%BCber_uns", "h-1-über_uns"),
        ("1-u\u{308}ber_uns", "h-1-über_uns"),
        ("c--c", "h-c-c"),
        ("setup", "h-setup"),
        ("setup-1", "h-setup-2"),
        ("setup-2", "h-setup-3"),
        ("Setup-1", "h-setup-2"),
        // Zola and Jekyll.
        ("what-s-new-in-v1-2", "h-what-s-new-in-v1-2"),
        ("1-uber_uns", "h-1-über_uns"),
        ("überuns", "h-1-über_uns"),
        ("日本語", "h-日本語"),
        ("own", "h-named"),
        ("old", "c-old"),
        ("note", "c-note"),
        ("h-setup-3", "h-setup-3"),
    ] {
        assert_eq!(safe.anchors.target(fragment), Some(id), "{fragment}");
        assert!(safe.html.contains(&format!("id=\"{id}\"")), "{}", safe.html);
    }
    assert_eq!(safe.anchors.target("gone"), None);
    let html = clean("<a name=x></a><a href='#x'>x</a>").html;
    assert!(html.starts_with("<a id=\"c-x\" rel"), "{html}");
    assert!(html.contains("href=\"#c-x\""), "{html}");
}

#[test]
fn hidden_elements_are_removed_with_their_content() {
    for html in [
        "<div hidden>secret</div>ok",
        "<p hidden=''>secret<img src=/a.png><br>secret</p>ok",
        "<div hidden><p>secret</div>ok",
        "<span style='color:red; display : none'>secret</span>ok",
        "<div style='visibility:hidden'><div>secret</div>secret</div>ok",
    ] {
        let safe = clean(html);
        assert_eq!(
            (safe.text.as_str(), safe.html.as_str()),
            ("ok", "ok"),
            "{html}"
        );
    }
    assert_eq!(clean("<p style='display:block'>ok</p>").html, "<p>ok</p>");
}

#[test]
fn notes_and_their_numbers_are_no_part_of_the_text() {
    for html in [
        "Fast<sup><a href='#fn:1' role='doc-noteref'>1</a></sup>.<h2>Head<sup class=footnote-ref>1</sup></h2>\
         <div class='footnotes' role='doc-endnotes'><ol><li id='fn:1'>Note <a href='#r'>↩</a></li></ol></div>",
        "Fast<sup class='footnote-reference'><a href='#1'>1</a></sup>.<h2>Head</h2>\
         <div class='footnote-definition' id='1'><sup>1</sup><p>Note</p></div>",
        "Fast<a class='footnote-ref' href='#1'>1</a>.<h2>Head</h2>\
         <section class='footnotes'><ol><li>Note</li></ol></section>",
    ] {
        let safe = clean(html);
        assert_eq!(
            (safe.text.as_str(), safe.prose.as_str()),
            ("Fast. Head", "Fast."),
            "{html}"
        );
        assert_eq!(
            (safe.headings[0].id.as_str(), safe.headings[0].text.as_str()),
            ("h-head", "Head")
        );
        assert!(safe.html.contains("Note"), "{}", safe.html);
        assert!(!safe.html.contains("class="), "{}", safe.html);
    }
}

#[test]
fn a_post_that_takes_too_much_work_is_refused_and_a_long_one_is_not() {
    let deep = format!("{}x{}", "<div>".repeat(500), "</div>".repeat(500));
    assert_eq!(clean(&deep).text, "x");
    let deeper = "<blockquote>".repeat(20_000);
    assert_eq!(
        sanitise(&deeper, &this_site()),
        Err(TooComplex::NestedTooDeep)
    );
    let headings = clean(&"<h2>Same</h2>".repeat(20_000)).headings;
    assert_eq!(headings[19_999].id, "h-same-20000");
}
