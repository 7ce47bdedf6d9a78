//! Hostile HTML. The sanitised HTML is read with a tokenizer, as a browser reads it.

use std::cell::RefCell;

use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use serde::Deserialize;
use url::Url;

use super::clean;

/// A tag's name, and the names and values of its attributes.
type SeenTag = (String, Vec<(String, String)>);

/// The tags of a text, and all tokens that are neither tag nor text.
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
        // A list of its own: a mistake in the sanitiser's list fails the test.
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
                    "reversed", "datetime", "hreflang", "role"
                ]
                .contains(&key.as_str()),
                "{context}: {key} in {html}"
            );
            match key.as_str() {
                "role" => assert!(super::ROLES.contains(&value.as_str()), "{context}: {html}"),
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

/// Attacks by class, written for this test. Each is of a kind that some sanitiser has let through.
const ATTACKS: [(&str, &str); 68] = [
    ("handler", "<p onclick=alert(1)>x</p>"),
    ("handler", "<img src=/a.png onerror=alert(1)>"),
    ("handler", "<img src=/a.png alt=\"a\"onload=alert(1)>"),
    ("handler", "<b/onmouseover=alert(1)/x=y>x</b>"),
    (
        "handler",
        "<details open ontoggle=alert(1)><summary>x</summary></details>",
    ),
    ("handler", "<div ONPOINTERENTER\n=\n'alert(1)'>x</div>"),
    (
        "handler",
        "<a href=/x title='\"><img src=x onerror=alert(1)>'>x</a>",
    ),
    (
        "handler",
        "<td style='text-align:right' onfocus=alert(1) autofocus tabindex=0>x",
    ),
    ("handler", "<img src=`x`onerror=alert(1)>"),
    ("handler", "<time datetime='\" onclick=\"alert(1)'>x</time>"),
    ("url", "<a href='javascript:alert(1)'>x</a>"),
    ("url", "<a href=' \u{1}java\tscript:alert(1)'>x</a>"),
    ("url", "<a href='jav&#x0A;ascript&colon;alert(1)'>x</a>"),
    (
        "url",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    ),
    ("url", "<img src='data:image/svg+xml;base64,PHN2Zy8+'>"),
    ("url", "<a href='vbscript:msgbox(1)'>x</a>"),
    ("url", "<a href='blob:https://site.example/1'>x</a>"),
    ("url", "<a href='view-source:https://site.example/'>x</a>"),
    ("url", "<img src=/a.png srcset='javascript:alert(1) 2x'>"),
    ("url", "<q cite='javascript:alert(1)'>x</q>"),
    (
        "url",
        "<table background='javascript:alert(1)'><tr><td>x</td></tr></table>",
    ),
    ("url", "<a href='/x' ping='https://evil.example/'>x</a>"),
    ("svg", "<svg onload=alert(1)></svg>"),
    ("svg", "<svg><script>alert(1)</script></svg>"),
    (
        "svg",
        "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    ),
    (
        "svg",
        "<svg><animate attributeName=href values='javascript:alert(1)'/></svg>",
    ),
    (
        "svg",
        "<svg><use href='data:image/svg+xml,<svg id=x>#x'/></svg>",
    ),
    (
        "svg",
        "<svg><foreignObject><iframe srcdoc='<script>alert(1)</script>'></iframe></foreignObject></svg>",
    ),
    (
        "svg",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
    ),
    (
        "svg",
        "<svg><p><style><!--</style><img src=x onerror=alert(1)>--></style>",
    ),
    (
        "mathml",
        "<math><maction actiontype=statusline xlink:href='javascript:alert(1)'>x</maction></math>",
    ),
    (
        "mathml",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    ),
    (
        "mathml",
        "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
    ),
    ("mathml", "<math><mi><script>alert(1)</script></mi></math>"),
    ("mathml", "<math href='javascript:alert(1)'>x</math>"),
    (
        "mutation",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    ),
    (
        "mutation",
        "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=alert(1)>",
    ),
    (
        "mutation",
        "<textarea></textarea><img src=x onerror=alert(1)></textarea>",
    ),
    (
        "mutation",
        "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    ),
    (
        "mutation",
        "<title><a title='</title><img src=x onerror=alert(1)>'></title>",
    ),
    ("mutation", "<b><p><b></p></b><script>alert(1)</script>"),
    (
        "mutation",
        "<table><a href='x'><tr><script>alert(1)</script></tr></a></table>",
    ),
    (
        "mutation",
        "<a><table><a href='javascript:alert(1)'>x</a></table></a>",
    ),
    (
        "mutation",
        "<listing>\n&lt;img src=x onerror=alert(1)&gt;</listing>",
    ),
    ("mutation", "<!--><img src=x onerror=alert(1)>-->"),
    ("mutation", "<!-- --!><img src=x onerror=alert(1)> -->"),
    ("mutation", "<![CDATA[<img src=x onerror=alert(1)>]]>"),
    ("mutation", "<?xml <img src=x onerror=alert(1)> ?>"),
    ("mutation", "</p/><script/x>alert(1)</script x>"),
    (
        "style",
        "<p style='background:url(javascript:alert(1))'>x</p>",
    ),
    (
        "style",
        "<style>@import 'https://evil.example/x.css';</style>",
    ),
    ("style", "<p style='position:fixed;inset:0'>x</p>"),
    (
        "style",
        "<td style='text-align:expression(alert(1))'>x</td>",
    ),
    (
        "style",
        "<link rel=stylesheet href='https://evil.example/x.css'>",
    ),
    ("style", "<p class='modal show' id=main>x</p>"),
    (
        "style",
        "<code class='language-\"><img src=x onerror=alert(1)>'>x</code>",
    ),
    ("template", "<template><script>alert(1)</script></template>"),
    (
        "template",
        "<div><template shadowrootmode=open><img src=x onerror=alert(1)></template></div>",
    ),
    (
        "template",
        "<template><template></template><img src=x onerror=alert(1)></template>",
    ),
    ("template", "<slot name=x onslotchange=alert(1)>x</slot>"),
    (
        "template",
        "<select><template><img src=x onerror=alert(1)></template></select>",
    ),
    ("entity", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    (
        "entity",
        "<a href='&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)'>x</a>",
    ),
    (
        "entity",
        "<a title='&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;'>x</a>",
    ),
    ("entity", "&#x3C;img src=x onerror=alert(1)&#x3E;"),
    ("entity", "<p title=&quot;x&quot;onclick=alert(1)>x</p>"),
    (
        "frame",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe><object data='javascript:alert(1)'></object>",
    ),
    (
        "frame",
        "<base href='https://evil.example/'><meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    ),
];

/// Asserts that sanitised HTML is inert, and that a second pass leaves the same inert text. A mutation
/// attack is markup that parses differently the second time.
fn assert_stays_inert(html: &str, context: &str) {
    let once = clean(html);
    assert_inert(&once.html, context);
    let twice = clean(&once.html);
    assert_inert(&twice.html, context);
    assert_eq!(twice.text, once.text, "{context}");
}

#[test]
fn attacks_of_every_class_come_out_inert() {
    for (class, html) in ATTACKS {
        assert_stays_inert(html, class);
        assert_stays_inert(&format!("<ul><li>a {html} b</ul>"), class);
        assert_inert(
            &clean(&format!("<a title='{html}' href=\"{html}\">x</a>")).html,
            class,
        );
        assert_inert(
            &clean(&format!(
                "<h2 id='{html}'>{html}</h2><img alt='{html}' src=/a>"
            ))
            .html,
            class,
        );
    }
}

#[test]
fn what_an_attack_stands_in_is_still_shown() {
    for (html, text) in [
        ("<p onclick=alert(1)>Text</p>", "Text"),
        (
            "<p>Before<script>alert(1)</script> after</p>",
            "Before after",
        ),
        ("<a href='javascript:alert(1)'>Link</a>", "Link"),
        ("&lt;script&gt;", "<script>"),
    ] {
        assert_eq!(clean(html).text, text, "{html}");
    }
}

/// A file of the attack corpora, which are too large to be kept here.
fn corpus(file: &str) -> String {
    let folder = std::env::var("FLASHBLOG_TEST_DATA").expect("FLASHBLOG_TEST_DATA");
    let path = std::path::Path::new(&folder).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
#[ignore = "reads FLASHBLOG_TEST_DATA"]
fn a_corpus_of_attacks_comes_out_inert() {
    #[derive(Deserialize)]
    struct Case {
        title: Option<String>,
        payload: String,
    }
    let cases: Vec<Case> =
        serde_json::from_str(&corpus("xss/dompurify_expect.dev.json")).expect("a list of cases");
    assert!(cases.len() > 100);
    for case in cases {
        assert_stays_inert(
            &case.payload,
            case.title.as_deref().unwrap_or(&case.payload),
        );
    }
}

#[test]
#[ignore = "reads FLASHBLOG_TEST_DATA"]
fn nothing_naughty_breaks_out_of_text_or_attributes() {
    let strings: Vec<String> =
        serde_json::from_str(&corpus("naughty/blns.dev.json")).expect("a list of strings");
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
