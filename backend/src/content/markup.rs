//! The last pass over sanitised markup: safe ids, headings below the page's own, alignment classes,
//! the plain text and the headings.

mod anchors;
mod tokens;

use html5ever::tokenizer::Tag;
use pulldown_cmark_escape::{escape_html, escape_html_body_text};
use shared::blog::BlogHeading;

pub use self::anchors::Anchors;
use self::tokens::{Token, attribute, is_void, tokens};

/// The class that the sanitiser writes for a footnote of any generator.
pub(super) const FOOTNOTE: &str = "footnote";
/// The style that the sanitiser writes for any style that hides its element.
pub(super) const HIDDEN: &str = "display:none";

/// Markup for a page, with its text and headings.
#[derive(Debug, Default)]
pub(super) struct Finished {
    pub(super) html: String,
    /// All text on one line, without footnotes.
    pub(super) text: String,
    /// The text without headings, code blocks and tables.
    pub(super) prose: String,
    /// The headings that have a text.
    pub(super) headings: Vec<BlogHeading>,
    pub(super) anchors: Anchors,
}

pub(super) fn finish(sanitised: &str) -> Finished {
    let tokens = tokens(sanitised);
    let anchors = Anchors::of(&tokens);
    let is_title = |token: &Token| matches!(token, Token::Open(tag) if &*tag.name == "h1");
    let mut writer = Writer {
        anchors: &anchors,
        shift: u8::from(tokens.iter().any(is_title)),
        html: String::with_capacity(sanitised.len()),
        text: Line::default(),
        prose: Line::default(),
        headings: Vec::new(),
        heading: 0,
        open_heading: None,
        parts: Parts::default(),
    };
    for token in &tokens {
        writer.write(token);
    }
    Finished {
        html: writer.html,
        text: writer.text.text,
        prose: writer.prose.text,
        headings: writer.headings,
        anchors,
    }
}

struct Writer<'a> {
    anchors: &'a Anchors,
    /// 1 when the post has an `h1`, else 0. The page has an `h1` of its own, so the post's headings go down
    /// by as many levels.
    shift: u8,
    html: String,
    text: Line,
    prose: Line,
    headings: Vec<BlogHeading>,
    /// How many headings have begun.
    heading: usize,
    open_heading: Option<Line>,
    parts: Parts,
}

impl Writer<'_> {
    fn write(&mut self, token: &Token) {
        self.parts.enter(token);
        match token {
            Token::Text(text) => self.write_text(text),
            Token::Open(tag) => {
                if heading_level(&tag.name).is_some() {
                    self.heading += 1;
                    self.open_heading = Some(Line::default());
                }
                self.end_word(&tag.name);
                self.write_tag(tag);
            }
            Token::Close(name) => {
                if let Some(level) = heading_level(name) {
                    self.end_heading(level);
                }
                self.end_word(name);
                self.html.push_str("</");
                self.push_name(name);
                self.html.push('>');
            }
        }
    }

    fn write_text(&mut self, text: &str) {
        // Writing to a string can't fail.
        let _ = escape_html_body_text(&mut self.html, text);
        if self.parts.is_silent() {
            return;
        }
        self.text.push(text);
        if let Some(line) = &mut self.open_heading {
            line.push(text);
        }
        if !self.parts.is_outside_prose() {
            self.prose.push(text);
        }
    }

    fn end_heading(&mut self, level: u8) {
        let id = self.heading.checked_sub(1);
        if let Some(Line { text, .. }) = self.open_heading.take()
            && let Some(id) = id.and_then(|at| self.anchors.heading(at))
            && !text.is_empty()
        {
            self.headings.push(BlogHeading {
                id: id.to_owned(),
                text,
                level: (level + self.shift).min(6),
            });
        }
    }

    fn end_word(&mut self, name: &str) {
        if !is_inline(name) {
            self.text.end_word();
            self.prose.end_word();
        }
    }

    fn write_tag(&mut self, tag: &Tag) {
        let is_image = &*tag.name == "img";
        if is_image && attribute(tag, "src").is_none() {
            return;
        }
        self.html.push('<');
        self.push_name(&tag.name);
        let given = attribute(tag, "id").or_else(|| attribute(tag, "name"));
        let id = if heading_level(&tag.name).is_some() {
            let number = self.heading.checked_sub(1);
            number.and_then(|at| self.anchors.heading(at))
        } else {
            given.and_then(|given| self.anchors.renamed(given))
        };
        if let Some(id) = id {
            self.push_attribute("id", id);
        }
        // The sanitiser has turned alignment into a class.
        let alignment = attribute(tag, "style").or_else(|| attribute(tag, "align"));
        if let Some(class) = alignment.filter(|class| !class.is_empty()) {
            self.push_attribute("class", class);
        }
        if is_image && attribute(tag, "alt").is_none() {
            // Without it, screen readers spell out the file name (WCAG 2.2, 1.1.1).
            self.push_attribute("alt", "");
        }
        for given in &tag.attrs {
            let (name, value) = (&*given.name.local, &*given.value);
            let target = value
                .strip_prefix('#')
                .and_then(|part| self.anchors.target(part));
            match (name, target) {
                ("id" | "name" | "style" | "align", _) => {}
                ("class", _) if value == FOOTNOTE => {}
                ("href", Some(target)) => {
                    let target = format!("#{target}");
                    self.push_attribute("href", &target);
                }
                _ => self.push_attribute(name, value),
            }
        }
        if is_image {
            self.html.push_str(" loading=\"lazy\" decoding=\"async\"");
        }
        self.html.push('>');
    }

    fn push_attribute(&mut self, name: &str, value: &str) {
        self.html.push(' ');
        self.html.push_str(name);
        self.html.push_str("=\"");
        // Writing to a string can't fail.
        let _ = escape_html(&mut self.html, value);
        self.html.push('"');
    }

    fn push_name(&mut self, name: &str) {
        match heading_level(name) {
            Some(level) => {
                let level = (level + self.shift).min(6);
                self.html.push_str(&format!("h{level}"));
            }
            None => self.html.push_str(name),
        }
    }
}

/// Tells from the open elements whether a text is a footnote or outside prose.
#[derive(Debug, Default)]
struct Parts {
    /// For each open element: whether it is a footnote, and whether it is outside prose.
    open: Vec<(bool, bool)>,
    silent: usize,
    outside_prose: usize,
}

impl Parts {
    fn enter(&mut self, token: &Token) {
        match token {
            Token::Open(tag) if !is_void(&tag.name) => {
                let part = (is_footnote(tag), is_outside_prose(&tag.name));
                self.silent += usize::from(part.0);
                self.outside_prose += usize::from(part.1);
                self.open.push(part);
            }
            Token::Close(_) => {
                let (silent, outside_prose) = self.open.pop().unwrap_or_default();
                self.silent -= usize::from(silent);
                self.outside_prose -= usize::from(outside_prose);
            }
            _ => {}
        }
    }

    /// Whether the text is a footnote or a reference to one. Such text counts nowhere.
    fn is_silent(&self) -> bool {
        self.silent > 0
    }

    fn is_outside_prose(&self) -> bool {
        self.outside_prose > 0
    }
}

/// By its role (DPUB-ARIA 1.1), or by the class that has become [`FOOTNOTE`].
fn is_footnote(tag: &Tag) -> bool {
    matches!(
        attribute(tag, "role"),
        Some("doc-noteref" | "doc-endnotes" | "doc-footnote" | "doc-backlink")
    ) || attribute(tag, "class") == Some(FOOTNOTE)
}

fn heading_level(name: &str) -> Option<u8> {
    (1..=6)
        .zip(["h1", "h2", "h3", "h4", "h5", "h6"])
        .find_map(|(level, heading)| (heading == name).then_some(level))
}

fn is_outside_prose(name: &str) -> bool {
    heading_level(name).is_some() || matches!(name, "pre" | "table" | "figcaption")
}

/// Elements that don't end a word.
const INLINE: [&str; 32] = [
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd",
    "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr",
];

fn is_inline(name: &str) -> bool {
    INLINE.contains(&name)
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
