//! Sanitising: the HTML that posts may contain.

mod text;
mod work;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ammonia::Builder;
use shared::blog::BlogHeading;

use super::address::{self, Addresses};
use super::markup::{self, Anchors};

pub use self::text::{from_text, in_words};
pub use self::work::TooComplex;

/// Elements that stay. The tags of all others are removed, and their content stays, except in
/// [`REMOVED_WITH_CONTENT`].
#[rustfmt::skip]
const ELEMENTS: [&str; 72] = [
    "a", "abbr", "article", "aside", "b", "bdi", "bdo", "blockquote", "br", "caption",
    "center", "cite", "code", "col", "colgroup", "data", "dd", "del", "details", "dfn",
    "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hgroup", "hr", "i", "img", "ins", "kbd",
    "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s",
    "samp", "section", "small", "span", "strike", "strong", "sub", "summary", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul",
    "var", "wbr",
];

/// Elements that are removed with their content, which is not text for readers.
const REMOVED_WITH_CONTENT: [&str; 19] = [
    "script",
    "style",
    "iframe",
    "object",
    "applet",
    "noscript",
    "noembed",
    "noframes",
    "template",
    "textarea",
    "select",
    "title",
    "svg",
    "math",
    "xmp",
    "plaintext",
    "audio",
    "video",
    "canvas",
];

/// Attributes of every element. Ids are renamed afterwards. An element that `hidden` or `style` hides is
/// removed with its content.
const COMMON_ATTRIBUTES: [&str; 7] = ["dir", "hidden", "id", "lang", "role", "style", "title"];

/// Further attributes of single elements. `style` and `align` become a class. Attributes with addresses
/// that the sanitiser doesn't check (`cite`, `srcset`) are not here.
const ATTRIBUTES: [(&str, &[&str]); 14] = [
    ("a", &["class", "href", "hreflang", "name"]),
    ("code", &["class"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("del", &["datetime"]),
    ("div", &["class"]),
    ("img", &["alt", "height", "src", "width"]),
    ("ins", &["datetime"]),
    ("ol", &["reversed", "start"]),
    ("section", &["class"]),
    ("sup", &["class"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("th", &["align", "colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
];

/// Roles that tell notes from the text (DPUB-ARIA 1.1) and callouts from quotes.
const ROLES: [&str; 5] = [
    "note",
    "doc-noteref",
    "doc-endnotes",
    "doc-footnote",
    "doc-backlink",
];

/// Classes that kramdown, Goldmark, remark, pulldown-cmark, Python-Markdown and Pandoc give footnotes.
const FOOTNOTE_CLASSES: [&str; 11] = [
    "footnote",
    "footnotes",
    "footnote-ref",
    "footnote-reference",
    "footnote-definition",
    "footnote-back",
    "footnote-backref",
    "reversefootnote",
    "data-footnote-ref",
    "data-footnote-backref",
    "footnotes-end-of-document",
];

/// HTML that is safe in a page, with its text and headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeHtml {
    /// Safe markup.
    pub html: String,
    /// Its text on one line.
    pub text: String,
    /// Its text without headings, code blocks and tables. Summaries are made of it.
    pub prose: String,
    /// Its headings that have a text, in order.
    pub headings: Vec<BlogHeading>,
    /// The targets of links to its parts.
    pub anchors: Anchors,
}

/// Makes HTML of any source safe: no scripts, no styles, no ids or classes that could change the page,
/// only harmless addresses. Links get `rel="noopener nofollow"`, pictures load lazily,
/// headings get ids and stay below the page's `h1`.
///
/// # Errors
/// When the HTML would take too much work.
pub fn sanitise(html: &str, addresses: &Arc<dyn Addresses>) -> Result<SafeHtml, TooComplex> {
    work::check(html)?;
    let addresses = Arc::clone(addresses);
    let clean = Builder::empty()
        .tags(HashSet::from(ELEMENTS))
        .clean_content_tags(HashSet::from(REMOVED_WITH_CONTENT))
        .generic_attributes(HashSet::from(COMMON_ATTRIBUTES))
        .tag_attributes(
            ATTRIBUTES
                .iter()
                .map(|(element, attributes)| (*element, attributes.iter().copied().collect()))
                .collect::<HashMap<_, _>>(),
        )
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("noopener nofollow"))
        .attribute_filter(move |element, attribute, value| {
            attribute_value(element, attribute, value, &*addresses)
        })
        .clean(html)
        .to_string();
    let finished = markup::finish(&clean);
    Ok(SafeHtml {
        html: finished.html,
        text: finished.text,
        prose: finished.prose,
        headings: finished.headings,
        anchors: finished.anchors,
    })
}

/// The safe value of an attribute; `None` removes the attribute.
fn attribute_value<'v>(
    element: &str,
    attribute: &str,
    value: &'v str,
    addresses: &dyn Addresses,
) -> Option<Cow<'v, str>> {
    match (element, attribute) {
        ("a", "href") => address::link(value, addresses).map(Cow::Owned),
        ("img", "src") => address::image(value, addresses).map(Cow::Owned),
        ("img", "height" | "width") => {
            let pixels =
                (1..=4).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
            pixels.then_some(Cow::Borrowed(value))
        }
        ("code", "class") => value
            .split_ascii_whitespace()
            .find_map(language)
            .map(Cow::Borrowed),
        (_, "class") => value
            .split_ascii_whitespace()
            .any(|class| FOOTNOTE_CLASSES.contains(&class))
            .then_some(Cow::Borrowed(markup::FOOTNOTE)),
        (_, "role") => ROLES.contains(&value).then_some(Cow::Borrowed(value)),
        (_, "style") if hides(value) => Some(Cow::Borrowed(markup::HIDDEN)),
        ("td" | "th", "align" | "style") => alignment_class(value).map(Cow::Borrowed),
        (_, "style") => None,
        _ => Some(Cow::Borrowed(value)),
    }
}

/// `language-rust`, as the HTML standard suggests for code (section 4.5.15). rustdoc's additions, as in
/// `language-rust,no_run`, are cut off.
fn language(class: &str) -> Option<&str> {
    const PREFIX: &str = "language-";
    let name = class.strip_prefix(PREFIX)?;
    let length = name
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"+#-_.".contains(byte))
        .count();
    (length > 0).then(|| &class[..PREFIX.len() + length])
}

/// Whether a style hides its element from all readers.
fn hides(style: &str) -> bool {
    style.split(';').any(|declaration| {
        let mut parts = declaration.split([':', '!']).map(str::trim);
        matches!(
            (parts.next(), parts.next()),
            (Some("display"), Some("none")) | (Some("visibility"), Some("hidden"))
        )
    })
}

/// Bootstrap's class for `text-align: right` or `align="right"`.
fn alignment_class(value: &str) -> Option<&'static str> {
    let side = value
        .split(';')
        .filter_map(|declaration| declaration.trim().strip_prefix("text-align"))
        .find_map(|rest| rest.trim_start().strip_prefix(':'))
        .unwrap_or(value);
    match side.trim().to_ascii_lowercase().as_str() {
        "left" | "start" => Some("text-start"),
        "center" => Some("text-center"),
        "right" | "end" => Some("text-end"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
