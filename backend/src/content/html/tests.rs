//! What comes out is read again with a tokenizer of its own, as a browser would.

use std::cell::RefCell;
use std::io::Write;

use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use serde::Deserialize;
use url::Url;

use super::*;
use crate::content::address::SameSite;

fn clean(html: &str) -> SafeHtml {
    let in_a_minute = Instant::now() + Duration::from_secs(60);
    sanitise_until(html, &this_site(), in_a_minute).expect("in time")
}

fn this_site() -> Arc<dyn Addresses> {
    Arc::new(SameSite)
}

/// A tag's name, and the names and values of its attributes.
type SeenTag = (String, Vec<(String, String)>);

/// Tags, and anything else that is neither tag nor text.
#[derive(Default)]
struct Seen {
    tags: RefCell<Vec<SeenTag>>,
    oddities: RefCell<Vec<String>>,
}

impl TokenSink for Seen {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let attributes = tag
                    .attrs
                    .iter()
                    .map(|a| (a.name.local.to_string(), a.value.to_string()))
                    .collect();
                self.tags
                    .borrow_mut()
                    .push((tag.name.to_string(), attributes));
            }
            Token::CommentToken(text) => self.oddities.borrow_mut().push(format!("comment {text}")),
            Token::DoctypeToken(_) => self.oddities.borrow_mut().push("doctype".into()),
            Token::ParseError(error) => self.oddities.borrow_mut().push(format!("error {error}")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn assert_inert(html: &str, context: &str) {
    let input = BufferQueue::default();
    input.push_back(html.into());
    let tokenizer = Tokenizer::new(Seen::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let seen = tokenizer.sink;
    assert!(
        seen.oddities.borrow().is_empty(),
        "{context}: {:?} in {html}",
        seen.oddities.borrow()
    );
    for (name, attributes) in seen.tags.borrow().iter() {
        // Written out again, so that a slip in the policy's own list would show.
        assert!(
            ![
                "script",
                "style",
                "link",
                "meta",
                "base",
                "iframe",
                "object",
                "embed",
                "applet",
                "form",
                "input",
                "button",
                "textarea",
                "select",
                "svg",
                "math",
                "template",
                "noscript",
                "video",
                "audio",
                "source",
                "frame",
                "frameset",
                "html",
                "head",
                "body",
                "title",
                "dialog",
                "area",
                "map",
                "portal",
                "plaintext",
                "xmp",
                "marquee",
                "set",
                "animate",
                "use",
                "slot"
            ]
            .contains(&name.as_str()),
            "{context}: <{name}> in {html}"
        );
        assert_ne!(name, "h1", "{context}: {html}");
        for (key, value) in attributes {
            assert!(
                [
                    "href", "src", "rel", "alt", "title", "lang", "dir", "id", "class", "loading",
                    "decoding", "width", "height", "colspan", "rowspan", "scope", "span", "start",
                    "reversed", "datetime", "hreflang"
                ]
                .contains(&key.as_str()),
                "{context}: {key} in {html}"
            );
            match key.as_str() {
                "id" => assert!(
                    value.starts_with("h-") || value.starts_with("c-"),
                    "{context}: {html}"
                ),
                "class" => assert!(
                    value.starts_with("language-")
                        || ["text-start", "text-center", "text-end"].contains(&value.as_str()),
                    "{context}: {html}"
                ),
                "href" | "src" => {
                    let base = Url::parse("https://site.example/blogs/x").expect("a URL");
                    let url = base
                        .join(value)
                        .unwrap_or_else(|e| panic!("{context}: {value}: {e}"));
                    assert!(
                        ["http", "https", "mailto"].contains(&url.scheme()),
                        "{context}: {html}"
                    );
                }
                _ => {}
            }
        }
    }
}

#[test]
fn attacks_come_out_inert() {
    #[derive(Deserialize)]
    struct Case {
        title: Option<String>,
        payload: String,
    }
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/data/xss/dompurify_expect.dev.json"
    );
    let Ok(json) = std::fs::read_to_string(file) else {
        // Not by `println!`, which the test harness swallows when the test passes.
        let _ = writeln!(std::io::stdout(), "SKIPPED: sanitising: there is no {file}");
        return;
    };
    let cases: Vec<Case> = serde_json::from_str(&json).expect("a list of cases");
    assert!(cases.len() > 100);
    for case in cases {
        let context = case.title.as_deref().unwrap_or(&case.payload);
        let once = clean(&case.payload);
        assert_inert(&once.html, context);
        // Markup that a parser reads in another way than it was written would change here.
        let twice = clean(&once.html);
        assert_inert(&twice.html, context);
        assert_eq!(twice.text, once.text, "{context}");
    }
}

#[test]
fn nothing_naughty_breaks_out_of_text_or_attributes() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/data/naughty/blns.dev.json"
    );
    let Ok(json) = std::fs::read_to_string(file) else {
        // Not by `println!`, which the test harness swallows when the test passes.
        let _ = writeln!(std::io::stdout(), "SKIPPED: sanitising: there is no {file}");
        return;
    };
    let strings: Vec<String> = serde_json::from_str(&json).expect("a list of strings");
    for text in strings {
        assert_inert(&clean(&text).html, &text);
        assert_inert(
            &clean(&format!("<a href=\"{text}\" title='{text}'>{text}</a>")).html,
            &text,
        );
        assert_inert(
            &clean(&format!("<h2 id='{text}'>{text}</h2><img src='{text}'>")).html,
            &text,
        );
    }
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
fn parsing_ends_with_its_deadline() {
    assert_eq!(
        sanitise_until("<p>x</p>", &this_site(), Instant::now()),
        Err(NestedTooDeep)
    );
    let deep = format!("{}x{}", "<div>".repeat(2_000), "</div>".repeat(2_000));
    assert_eq!(clean(&deep).text, "x");
}
