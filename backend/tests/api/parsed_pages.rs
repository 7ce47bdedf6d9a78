//! Browsers parse rendered pages into the tree that was written. A parser moves misplaced elements, and the
//! app could not take over such a page.

use std::cell::RefCell;

use axum::http::Method;
use flashblog::content::post::Post;
use html5ever::tendril::TendrilSink;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use html5ever::{parse_document, serialize};
use markup5ever_rcdom::{Handle, NodeData, RcDom, SerializableHandle};

use crate::harness::{Answer, Client, TestApp, post};
use crate::site::own_site;

const HTML: (&str, &str) = ("accept", "text/html,*/*;q=0.8");
const FORM: [(&str, &str); 2] = [("content-type", "application/x-www-form-urlencoded"), HTML];

/// The void elements (those without an end tag) that pages have.
const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "meta"];

/// The content of the app's element: its tags, texts and comments in order.
#[derive(Default)]
struct Content {
    parts: RefCell<Vec<String>>,
    /// How many `<div>` are open in the app's element, itself included.
    depth: RefCell<usize>,
}

impl Content {
    fn of(html: &str) -> Vec<String> {
        let input = BufferQueue::default();
        input.push_back(html.into());
        let tokenizer = Tokenizer::new(Self::default(), TokenizerOpts::default());
        let _ = tokenizer.feed(&input);
        tokenizer.end();
        tokenizer.sink.parts.into_inner()
    }

    fn add(&self, part: String) {
        if *self.depth.borrow() > 0 {
            self.parts.borrow_mut().push(part);
        }
    }

    fn add_text(&self, text: &str) {
        if *self.depth.borrow() == 0 {
            return;
        }
        let mut parts = self.parts.borrow_mut();
        match parts.last_mut() {
            // The tokenizer may split a text.
            Some(last) if last.starts_with('"') => last.push_str(text),
            _ => parts.push(format!("\"{text}")),
        }
    }
}

impl TokenSink for Content {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let attributes: Vec<_> = tag
                    .attrs
                    .iter()
                    .map(|it| format!("{}={:?}", &*it.name.local, &*it.value))
                    .collect();
                let is_end = tag.kind == TagKind::EndTag;
                let is_app = attributes.iter().any(|it| it == "id=\"app\"");
                let mut depth = self.depth.borrow_mut();
                if &*tag.name == "div" && (is_app || *depth > 0) {
                    *depth = if is_end { *depth - 1 } else { *depth + 1 };
                }
                drop(depth);
                let slash = if is_end { "/" } else { "" };
                self.add(format!("<{slash}{} {}>", tag.name, attributes.join(" ")));
                if tag.self_closing && !VOID.contains(&&*tag.name) {
                    // In SVG, `<a/>` is the same as `<a></a>`.
                    self.add(format!("</{} >", tag.name));
                }
                if is_end {
                    return TokenSinkResult::Continue;
                }
                match &*tag.name {
                    "textarea" | "title" => return TokenSinkResult::RawData(RawKind::Rcdata),
                    "style" | "noscript" => return TokenSinkResult::RawData(RawKind::Rawtext),
                    "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
                    _ => {}
                }
            }
            Token::CharacterTokens(text) => self.add_text(&text),
            Token::CommentToken(text) => self.add(format!("<!--{text}-->")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Fails when a browser's parser builds another tree than the written one, or reports an error.
fn assert_parsed_as_written(name: &str, html: &str) {
    let dom = parse_document(RcDom::default(), Default::default()).one(html);
    let mut parsed = Vec::new();
    let root = SerializableHandle::from(dom.document.clone());
    serialize(&mut parsed, &root, Default::default()).expect("writes");
    let parsed = String::from_utf8(parsed).expect("UTF-8");
    let (written, parsed) = (Content::of(html), Content::of(&parsed));
    assert!(written.len() > 40, "{name}: {written:?}");
    let differs = written.iter().zip(&parsed).position(|(a, b)| a != b);
    if let Some(at) = differs {
        let (from, to) = (at.saturating_sub(4), at + 3);
        panic!(
            "{name}: written {:?}, parsed {:?}",
            &written[from..to.min(written.len())],
            &parsed[from..to.min(parsed.len())]
        );
    }
    assert_eq!(written.len(), parsed.len(), "{name}");
    assert!(dom.errors.borrow().is_empty(), "{name}: {:?}", dom.errors);
}

async fn visit(client: &Client, path: &str) -> Answer {
    client.send(Method::GET, path, &[HTML]).await
}

/// A post with content that is hard to render correctly: tables, lists, pictures, kinds of quotes.
fn rich_post() -> Post {
    Post {
        title: "Salt & <pepper> \"quoted\"".into(),
        subtitle: Some("A 'subtitle' & more".into()),
        content_html: "<h2 id=\"h-one\">One</h2><p>a<br>b <a href=\"/x?a=1&amp;b=2\">link</a></p>\
            <table><thead><tr><th>A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>\
            <ul><li><p>x</p><ul><li>y</li></ul></li></ul><pre><code>&lt;p&gt;\n</code></pre>\
            <blockquote><p>q</p></blockquote><figure><img src=\"/media/a.png\" alt=\"\"></figure>\
            <details><summary>s</summary><p>t</p></details>"
            .into(),
        ..post(1)
    }
}

#[tokio::test]
async fn every_page_is_parsed_as_it_was_written() {
    let app = TestApp::new().await;
    let others = (2..=30).map(post);
    app.source
        .hold(std::iter::once(rich_post()).chain(others).collect());
    let reader = app.browser();
    for path in [
        "/",
        "/blogs",
        "/blogs?page=2",
        "/blogs?category=odd",
        "/blogs?tag=tag&page=2",
        "/blogs?category=none",
        "/blogs/post-1",
        "/blogs/post-3",
        "/search?q=post",
        "/search?q=salt+%26+%3Cpepper%3E",
        "/search?q=zebra",
        "/about",
        "/contact",
        "/no",
        "/no/such/page",
        // With a flash.
        "/blogs/none",
    ] {
        assert_parsed_as_written(path, &visit(&reader, path).await.text());
    }
    for (name, form) in [
        (
            "faults",
            "name=%3Cb%3E&email=nonsense&subject=%22&message=one%0D%0A%3C/textarea%3E",
        ),
        ("nothing filled in", ""),
    ] {
        let page = reader
            .send_body(Method::POST, "/contact", &FORM, form)
            .await;
        assert_eq!(page.status, 422);
        assert_parsed_as_written(name, &page.text());
    }
    let good = "name=Ada&email=ada@example.org&subject=Hello&message=One";
    reader
        .send_body(Method::POST, "/contact", &FORM, good)
        .await;
    let sent = visit(&reader, "/contact").await;
    assert!(!sent.page_flashes().is_empty());
    assert_parsed_as_written("a sent message", &sent.text());
}

/// The text of the first `<textarea>` below a node, as a browser shows it.
fn typed_message(node: &Handle) -> Option<String> {
    let is_area =
        matches!(&node.data, NodeData::Element { name, .. } if &*name.local == "textarea");
    let children = node.children.borrow();
    if !is_area {
        return children.iter().find_map(typed_message);
    }
    let text = children.iter().map(|child| match &child.data {
        NodeData::Text { contents } => contents.borrow().to_string(),
        _ => String::new(),
    });
    Some(text.collect())
}

#[tokio::test]
async fn a_refused_message_is_shown_as_it_was_typed() {
    let app = TestApp::new().await;
    for (sent, shown) in [
        ("One%0ATwo", "One\nTwo"),
        ("%0AOne", "\nOne"),
        ("%0D%0A%0D%0AOne", "\n\nOne"),
        ("%3C/textarea%3E%0A", "</textarea>\n"),
    ] {
        let form = format!("name=&email=nonsense&subject=&message={sent}");
        let page = app
            .browser()
            .send_body(Method::POST, "/contact", &FORM, form)
            .await;
        assert_eq!(page.status, 422);
        let dom = parse_document(RcDom::default(), Default::default()).one(page.text());
        assert_eq!(typed_message(&dom.document).as_deref(), Some(shown));
    }
}

#[tokio::test]
async fn pages_of_a_site_without_posts_are_parsed_as_they_were_written() {
    let app = TestApp::new().await;
    app.source.fail();
    for path in ["/", "/blogs", "/blogs/post-1", "/search?q=post"] {
        let page = visit(&app.browser(), path).await;
        assert_parsed_as_written(path, &page.text());
    }
    let app = TestApp::new().await;
    app.source.hold(Vec::new());
    for path in ["/", "/blogs", "/search?q=post"] {
        assert_parsed_as_written(path, &visit(&app.browser(), path).await.text());
    }
}

#[tokio::test]
async fn pages_of_a_site_with_words_of_its_own_are_parsed_as_they_were_written() {
    let folder = own_site();
    folder.write(
        "pages/home.md",
        "---\ntitle: Home\n---\nWoven <b>here</b>.\n\n- one\n- two\n",
    );
    let app = folder.app().await;
    for path in [
        "/",
        "/blogs",
        "/blogs/post-1",
        "/imprint",
        "/about",
        "/contact",
        "/no",
    ] {
        assert_parsed_as_written(path, &visit(&app.browser(), path).await.text());
    }
}

#[test]
fn a_parser_that_moves_something_is_noticed() {
    let page = |content: &str| {
        let items = "<p>x</p>".repeat(20);
        format!("<!DOCTYPE html><title>t</title><div id=app><main>{content}{items}</main></div>")
    };
    assert_parsed_as_written("good", &page("<p>a</p><textarea>&lt;</textarea>"));
    for bad in [
        "<p><div>a</div></p>",
        "<a href=\"/a\"><a href=\"/b\">b</a></a>",
        "<table><tr><td>1</td></tr></table>",
        "<button><button>x</button></button>",
    ] {
        let noticed = std::panic::catch_unwind(|| assert_parsed_as_written("bad", &page(bad)));
        assert!(noticed.is_err(), "{bad}");
    }
}
