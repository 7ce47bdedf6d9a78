//! The app's `index.html`, split once, so that each page can insert its head, content and data.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lol_html::html_content::ContentType;
use lol_html::{RewriteStrSettings, element, rewrite_str, text};
use pulldown_cmark_escape::escape_html;
use shared::site::Site;

use crate::http::security_headers::document_policy;

const HEAD_MARK: &str = "<!--the page's own head-->";
const ATTRIBUTE_MARK: (&str, &str) = ("data-mark", " data-mark=\"\"");
const CONTENT_MARK: &str = "<!--the page's content-->";
const END_MARK: &str = "<!--the content's end-->";
const DATA_MARK: &str = "<!--the page's first data-->";
/// Around each thing that loads the app.
const APP_MARKS: (&str, &str) = ("<!--the app-->", "<!--the app's end-->");
/// Around it in a page with content: the browser ignores it until `boot.js` takes it out, after the first
/// paint.
const APP_TEMPLATE: (&str, &str) = ("<template class=\"app-files\">", "</template>");

/// The number of the next shell.
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

/// The pieces of the built page.
#[derive(Debug, Clone, PartialEq)]
pub struct Shell {
    /// Unique in this process.
    number: u64,
    /// The pieces for a page without content.
    empty: Pieces,
    /// The pieces for a page with content.
    rendered: Pieces,
    policy: HeaderValue,
}

/// The HTML between the parts of a page.
#[derive(Debug, Clone, PartialEq)]
struct Pieces {
    before_head: String,
    before_attributes: String,
    before_content: String,
    boot: String,
    before_data: String,
    end: String,
}

/// The parts of a page that are inserted into the shell, as HTML.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    /// Elements of the head: title, description and so on.
    pub head: String,
    /// Attributes of the app's element, each with a space before it.
    pub attributes: String,
    /// The content of the app's element. `None` leaves the placeholder, which the app replaces.
    pub content: Option<String>,
    /// Data blocks for the app.
    pub data: String,
}

/// Why an `index.html` can't be the shell.
#[derive(Debug, thiserror::Error)]
pub enum ShellError {
    /// It can't be read as HTML.
    #[error("index.html can't be read: {0}")]
    Unreadable(#[from] lol_html::errors::RewritingError),
    /// It has no element for the app.
    #[error("index.html has no <title>, or no element with the id `app` after it")]
    Incomplete,
    /// Its scripts can't be named in a header.
    #[error("index.html has scripts that no policy can name")]
    Policy,
}

impl Shell {
    /// Splits the built page, and inserts the site's name and language. Title, description and icon are
    /// removed: each page's head has its own.
    ///
    /// # Errors
    /// When it has no title, or no element with the id `app`.
    pub fn parse(html: &str, words: &Site) -> Result<Self, ShellError> {
        let scripts = RefCell::new(vec![String::new()]);
        let titles = RefCell::new(0_usize);
        let named = with_name(html, &words.title);
        let marked = rewrite_str(
            &named,
            RewriteStrSettings::new()
                .append_element_content_handler(element!("title", |title| {
                    // Later ones are titles of SVG pictures.
                    if titles.replace_with(|count| *count + 1) == 0 {
                        title.replace(HEAD_MARK, ContentType::Html);
                    }
                    Ok(())
                }))
                .append_element_content_handler(element!(
                    "meta[name=description], link[rel=icon]",
                    |replaced| {
                        replaced.remove();
                        Ok(())
                    }
                ))
                .append_element_content_handler(element!("html", |html| {
                    html.set_attribute("lang", &words.language)?;
                    Ok(())
                }))
                .append_element_content_handler(element!("#app", |app| {
                    app.set_attribute(ATTRIBUTE_MARK.0, "")?;
                    app.prepend(CONTENT_MARK, ContentType::Html);
                    app.append(END_MARK, ContentType::Html);
                    app.after(DATA_MARK, ContentType::Html);
                    Ok(())
                }))
                // A reader needs styles and pictures before the app.
                .append_element_content_handler(element!(
                    "link[rel=modulepreload], link[rel=preload][as=fetch]",
                    |link| Ok(link.set_attribute("fetchpriority", "low")?)
                ))
                .append_element_content_handler(element!(
                    "link[rel=modulepreload], link[rel=preload][as=fetch], script[type=module]",
                    |file| {
                        file.before(APP_MARKS.0, ContentType::Html);
                        file.after(APP_MARKS.1, ContentType::Html);
                        Ok(())
                    }
                ))
                .append_element_content_handler(text!("script:not([src])", |piece| {
                    let mut scripts = scripts.borrow_mut();
                    if let Some(script) = scripts.last_mut() {
                        script.push_str(piece.as_str());
                    }
                    if piece.last_in_text_node() {
                        scripts.push(String::new());
                    }
                    Ok(())
                })),
        )?;
        let hashes: Vec<String> = scripts
            .borrow()
            .iter()
            .filter(|script| !script.is_empty())
            .map(|script| script_hash(script))
            .collect();
        Ok(Self {
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            empty: Pieces::cut(&with_app_in(&marked, ("", "")))?,
            rendered: Pieces::cut(&with_app_in(&marked, APP_TEMPLATE))?,
            policy: HeaderValue::try_from(document_policy(&hashes))
                .map_err(|_| ShellError::Policy)?,
        })
    }

    /// The shell's number. Each build has its own.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The policy that allows the page's own scripts, and no others.
    pub fn policy(&self) -> &HeaderValue {
        &self.policy
    }

    /// The page with these parts.
    pub fn document(&self, parts: &Parts) -> String {
        let (pieces, content) = match &parts.content {
            Some(content) => (&self.rendered, content),
            None => (&self.empty, &self.empty.boot),
        };
        [
            &pieces.before_head,
            &parts.head,
            &pieces.before_attributes,
            &parts.attributes,
            &pieces.before_content,
            content,
            &pieces.before_data,
            &parts.data,
            &pieces.end,
        ]
        .map(String::as_str)
        .concat()
    }
}

impl Pieces {
    fn cut(marked: &str) -> Result<Self, ShellError> {
        let (before_head, rest) = cut(marked, HEAD_MARK)?;
        let (before_attributes, rest) = cut(rest, ATTRIBUTE_MARK.1)?;
        let (before_content, rest) = cut(rest, CONTENT_MARK)?;
        let (boot, rest) = cut(rest, END_MARK)?;
        let (before_data, end) = cut(rest, DATA_MARK)?;
        Ok(Self {
            before_head: before_head.to_owned(),
            before_attributes: before_attributes.to_owned(),
            before_content: before_content.to_owned(),
            boot: boot.to_owned(),
            before_data: before_data.to_owned(),
            end: end.to_owned(),
        })
    }
}

fn with_app_in(marked: &str, (before, after): (&str, &str)) -> String {
    marked
        .replace(APP_MARKS.0, before)
        .replace(APP_MARKS.1, after)
}

fn cut<'a>(html: &'a str, mark: &str) -> Result<(&'a str, &'a str), ShellError> {
    html.split_once(mark).ok_or(ShellError::Incomplete)
}

/// A data block. The script policy does not apply to data. `attribute` tells the app what it is.
pub fn data_block(attribute: &str, value: &str, json: &str) -> String {
    format!(
        "<script type=\"application/json\" {attribute}=\"{}\">{}</script>",
        escaped(value),
        inert_json(json)
    )
}

/// Inserts the site's name into elements with `data-site-title`. The HTML rewriter can't do it: it reads
/// the content of `<noscript>` as text.
fn with_name(html: &str, name: &str) -> String {
    const MARK: &str = "data-site-title";
    let mut parts = html.split(MARK);
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        named.push_str(MARK);
        let tag_end = part.find('>').map_or(0, |at| at + 1);
        let text_end = part[tag_end..].find('<').map_or(tag_end, |at| tag_end + at);
        named.push_str(&part[..tag_end]);
        named.push_str(&escaped(name));
        named.push_str(&part[text_end..]);
    }
    named
}

/// The source expression of an inline script (CSP Level 3, section 2.3.1). A browser's parser turns line
/// ends into line feeds before the script is hashed.
fn script_hash(script: &str) -> String {
    let script = script.replace("\r\n", "\n").replace('\r', "\n");
    let hash = digest(&SHA256, script.as_bytes());
    format!("'sha256-{}'", STANDARD.encode(hash.as_ref()))
}

/// Plain text as HTML text, or as an attribute's value in double quotes.
pub fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    // Writing to a string does not fail.
    let _ = escape_html(&mut html, text);
    html
}

/// JSON for a script element: escapes what could end the element, and the line ends of older script
/// engines. These characters stand only in strings, where an escape means the same (RFC 8259, section 7).
pub fn inert_json(json: &str) -> String {
    let mut inert = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' => inert.push_str("\\u003c"),
            '>' => inert.push_str("\\u003e"),
            '&' => inert.push_str("\\u0026"),
            '\u{2028}' => inert.push_str("\\u2028"),
            '\u{2029}' => inert.push_str("\\u2029"),
            other => inert.push(other),
        }
    }
    inert
}

#[cfg(test)]
mod tests;
