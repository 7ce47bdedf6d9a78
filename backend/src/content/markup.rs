//! The last pass over sanitised markup: safe ids, headings below the page's own, alignment classes,
//! the plain text and the headings.
//!
//! It relies on how the sanitiser writes: well-formed tags in lower case, every attribute in double
//! quotes, no other entities than those for `<`, `>`, `&`, `"` and the no-break space, no comments.

mod anchors;

use shared::blog::BlogHeading;

use self::anchors::Anchors;

/// Markup as it goes into a page, and what it says.
#[derive(Debug, Default)]
pub(super) struct Finished {
    pub(super) html: String,
    /// All text on one line.
    pub(super) text: String,
    /// The text without headings, code blocks and tables.
    pub(super) prose: String,
    /// Those that say something.
    pub(super) headings: Vec<BlogHeading>,
}

pub(super) fn finish(sanitised: &str) -> Finished {
    let tokens = tokenise(sanitised);
    let anchors = Anchors::of(&tokens);
    let shift = u8::from(
        tokens
            .iter()
            .any(|token| matches!(token, Token::Open(tag) if tag.name == "h1")),
    );

    let mut html = String::with_capacity(sanitised.len());
    let mut text = Line::default();
    let mut prose = Line::default();
    let mut heading = 0;
    let mut headings = Vec::new();
    let mut open_heading: Option<Line> = None;
    let mut outside_prose = 0_usize;
    for token in &tokens {
        match token {
            Token::Text(escaped) => {
                html.push_str(escaped);
                let plain = unescape(escaped);
                text.push(&plain);
                if let Some(line) = &mut open_heading {
                    line.push(&plain);
                }
                if outside_prose == 0 {
                    prose.push(&plain);
                }
            }
            Token::Open(tag) => {
                if heading_level(tag.name).is_some() {
                    heading += 1;
                    open_heading = Some(Line::default());
                }
                if is_outside_prose(tag.name) {
                    outside_prose += 1;
                }
                if !is_inline(tag.name) {
                    text.end_word();
                    prose.end_word();
                }
                write_tag(&mut html, tag, shift, &anchors, heading);
            }
            Token::Close(name) => {
                if let Some(level) = heading_level(name)
                    && let Some(Line { text, .. }) = open_heading.take()
                    && let Some(id) = anchors.heading(heading - 1)
                    && !text.is_empty()
                {
                    headings.push(BlogHeading {
                        id: id.to_owned(),
                        text,
                        level: (level + shift).min(6),
                    });
                }
                if is_outside_prose(name) {
                    outside_prose = outside_prose.saturating_sub(1);
                }
                if !is_inline(name) {
                    text.end_word();
                    prose.end_word();
                }
                html.push_str("</");
                push_name(&mut html, name, shift);
                html.push('>');
            }
        }
    }
    Finished {
        html,
        text: text.text,
        prose: prose.text,
        headings,
    }
}

enum Token<'a> {
    /// Still escaped.
    Text(&'a str),
    Open(OpenTag<'a>),
    Close(&'a str),
}

struct OpenTag<'a> {
    name: &'a str,
    /// Names and values, the values still escaped.
    attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> OpenTag<'a> {
    fn attribute(&self, name: &str) -> Option<&'a str> {
        self.attributes
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value)
    }
}

fn tokenise(markup: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = markup;
    while let Some((text, from_tag)) = rest.split_once('<') {
        if !text.is_empty() {
            tokens.push(Token::Text(text));
        }
        let (tag, after) = split_tag(from_tag);
        tokens.push(match tag.strip_prefix('/') {
            Some(name) => Token::Close(name),
            None => Token::Open(open_tag(tag)),
        });
        rest = after;
    }
    if !rest.is_empty() {
        tokens.push(Token::Text(rest));
    }
    tokens
}

/// Splits after the tag's `>`: the first one that is not in quotes.
fn split_tag(from_tag: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, byte) in from_tag.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return (&from_tag[..at], &from_tag[at + 1..]),
            _ => {}
        }
    }
    (from_tag, "")
}

fn open_tag(tag: &str) -> OpenTag<'_> {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        attributes.push((key.trim_start(), value));
        rest = after;
    }
    OpenTag { name, attributes }
}

fn write_tag(html: &mut String, tag: &OpenTag, shift: u8, anchors: &Anchors, heading: usize) {
    if tag.name == "img" && tag.attribute("src").is_none() {
        return;
    }
    html.push('<');
    push_name(html, tag.name, shift);
    if heading_level(tag.name).is_some() {
        if let Some(id) = heading.checked_sub(1).and_then(|at| anchors.heading(at)) {
            push_attribute(html, "id", id);
        }
    } else if let Some(given) = tag.attribute("id")
        && let Some(id) = anchors.renamed(&unescape(given))
    {
        push_attribute(html, "id", id);
    }
    let alignment = tag.attribute("style").or_else(|| tag.attribute("align"));
    if let Some(alignment) = alignment.filter(|class| !class.is_empty()) {
        push_attribute(html, "class", alignment);
    }
    if tag.name == "img" && tag.attribute("alt").is_none() {
        // Without it, screen readers spell out the file name (WCAG 2.2, 1.1.1).
        push_attribute(html, "alt", "");
    }
    for (name, value) in &tag.attributes {
        match (*name, value.strip_prefix('#')) {
            ("id" | "style" | "align", _) => {}
            ("href", Some(fragment)) if !fragment.is_empty() => {
                let target = anchors.target(&unescape(fragment));
                push_attribute(html, "href", &format!("#{target}"));
            }
            _ => {
                html.push_str(&format!(" {name}=\"{value}\""));
            }
        }
    }
    if tag.name == "img" {
        html.push_str(" loading=\"lazy\" decoding=\"async\"");
    }
    html.push('>');
}

fn push_attribute(html: &mut String, name: &str, value: &str) {
    html.push_str(&format!(" {name}=\"{}\"", escape(value)));
}

/// The page has an `h1` of its own: where a post has one too, all its headings go one level down.
fn push_name(html: &mut String, name: &str, shift: u8) {
    match heading_level(name) {
        Some(level) => html.push_str(&format!("h{}", (level + shift).min(6))),
        None => html.push_str(name),
    }
}

fn heading_level(name: &str) -> Option<u8> {
    (1..=6)
        .zip(["h1", "h2", "h3", "h4", "h5", "h6"])
        .find_map(|(level, heading)| (heading == name).then_some(level))
}

fn is_outside_prose(name: &str) -> bool {
    heading_level(name).is_some() || matches!(name, "pre" | "table" | "figcaption")
}

/// Elements that stand inside a word or between words of one sentence.
fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "code"
            | "del"
            | "dfn"
            | "em"
            | "i"
            | "ins"
            | "kbd"
            | "mark"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}

/// One line of text that grows.
#[derive(Default)]
struct Line {
    text: String,
    word_ended: bool,
}

impl Line {
    fn push(&mut self, piece: &str) {
        for c in piece.chars() {
            if c.is_whitespace() || c.is_control() {
                self.word_ended = true;
                continue;
            }
            if self.word_ended && !self.text.is_empty() {
                self.text.push(' ');
            }
            self.word_ended = false;
            self.text.push(c);
        }
    }

    fn end_word(&mut self) {
        self.word_ended = true;
    }
}

fn unescape(text: &str) -> String {
    // The ampersand last: `&amp;lt;` is the text `&lt;`.
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", "\u{a0}")
        .replace("&amp;", "&")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
