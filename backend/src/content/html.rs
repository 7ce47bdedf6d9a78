//! Sanitising: what HTML of any source may hold.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ammonia::Builder;
use shared::blog::BlogHeading;

use super::address::{self, Addresses};
use super::markup;

/// Elements that stay. Of all others the tag goes and what is inside stays, but for those of
/// [`REMOVED_WITH_CONTENT`].
const ELEMENTS: [&str; 72] = [
    "a",
    "abbr",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
    "center",
    "data",
];

/// Elements whose inside is no text for readers.
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

/// What every element may have. Ids are renamed afterwards.
const COMMON_ATTRIBUTES: [&str; 4] = ["dir", "id", "lang", "title"];

/// What single elements may have besides. `style` and `align` only ever become a class. Attributes
/// with addresses that the sanitiser doesn't check (`cite`, `srcset`) are left out on purpose.
const ATTRIBUTES: [(&str, &[&str]); 11] = [
    ("a", &["href", "hreflang"]),
    ("code", &["class"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("del", &["datetime"]),
    ("img", &["alt", "height", "src", "width"]),
    ("ins", &["datetime"]),
    ("ol", &["reversed", "start"]),
    ("td", &["align", "colspan", "rowspan", "style"]),
    ("th", &["align", "colspan", "rowspan", "scope", "style"]),
    ("time", &["datetime"]),
];

/// How long the HTML of one post may take to parse. A megabyte of honest HTML takes a tenth of a
/// second; elements nested a hundred thousand deep would take minutes, since the parser walks up
/// through all of them at each tag.
const PATIENCE: Duration = Duration::from_secs(3);

/// HTML that is safe to put into a page as it is, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafeHtml {
    /// Safe markup.
    pub html: String,
    /// Its text on one line.
    pub text: String,
    /// Its text without headings, code blocks and tables: what a summary can be made of.
    pub prose: String,
    /// Its headings that have a text, in order.
    pub headings: Vec<BlogHeading>,
}

/// The HTML is nested so deeply that parsing it takes too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its HTML is nested too deeply")]
pub struct NestedTooDeep;

/// Makes HTML of any source safe: no scripts, no styles, no ids or classes that could meddle with the
/// page, only harmless addresses. Links get `rel="noopener nofollow"`, pictures load lazily,
/// headings get ids and stay below the page's `h1`.
///
/// # Errors
/// When parsing takes too long.
pub fn sanitise(html: &str, addresses: &Arc<dyn Addresses>) -> Result<SafeHtml, NestedTooDeep> {
    sanitise_until(html, addresses, Instant::now() + PATIENCE)
}

fn sanitise_until(
    html: &str,
    addresses: &Arc<dyn Addresses>,
    deadline: Instant,
) -> Result<SafeHtml, NestedTooDeep> {
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
        .clean_from_reader(Patient {
            rest: html.as_bytes(),
            deadline,
        })
        .map_err(|_| NestedTooDeep)?
        .to_string();
    let finished = markup::finish(&clean);
    Ok(SafeHtml {
        html: finished.html,
        text: finished.text,
        prose: finished.prose,
        headings: finished.headings,
    })
}

/// Hands out text until the deadline: the parser asks for more every 4 KiB.
struct Patient<'a> {
    rest: &'a [u8],
    deadline: Instant,
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if Instant::now() >= self.deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
        self.rest.read(buffer)
    }
}

/// The value that an attribute may have in place of its own; `None` takes the attribute away.
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
        ("td" | "th", "align" | "style") => alignment_class(value).map(Cow::Borrowed),
        _ => Some(Cow::Borrowed(value)),
    }
}

/// `language-rust`, as the HTML standard suggests for code (section 4.5.15). rustdoc's additions as in
/// `language-rust,no_run` go.
fn language(class: &str) -> Option<&str> {
    const PREFIX: &str = "language-";
    let name = class.strip_prefix(PREFIX)?;
    let length = name
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"+#-_.".contains(byte))
        .count();
    (length > 0).then(|| &class[..PREFIX.len() + length])
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
