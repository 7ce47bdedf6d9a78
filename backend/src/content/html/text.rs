//! Text that may be HTML, as HTML and as plain text.

use std::sync::Arc;

use super::{ELEMENTS, REMOVED_WITH_CONTENT, sanitise};
use crate::content::address::Addresses;

/// Elements whose tags are removed while their content stays; [`ELEMENTS`] does not list them.
const OTHERS: [&str; 24] = [
    "address", "base", "big", "body", "button", "dir", "embed", "fieldset", "font", "form", "head",
    "html", "input", "label", "legend", "link", "main", "menu", "meta", "nav", "option", "picture",
    "source", "dialog",
];

/// HTML for a text of an unknown kind. Text without a tag is plain: it keeps its paragraphs and each
/// `<`. Entities are resolved in both kinds.
pub fn from_text(text: String) -> String {
    if has_tag(&text) {
        return text;
    }
    let escaped = text.replace('<', "&lt;");
    if !escaped.contains('\n') {
        return escaped;
    }
    let mut paragraphs = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    for line in escaped.lines().chain([""]) {
        if !line.trim().is_empty() {
            paragraph.push(line.trim());
        } else if !paragraph.is_empty() {
            paragraphs.push_str(&format!("<p>{}</p>", paragraph.join("\n")));
            paragraph.clear();
        }
    }
    paragraphs
}

/// The plain text of a text of an unknown kind. Only a tag or an entity makes it HTML.
pub fn in_words(text: String, addresses: &Arc<dyn Addresses>) -> String {
    if !has_tag(&text) && !has_entity(&text) {
        return text;
    }
    match sanitise(&from_text(text), addresses) {
        Ok(safe) if safe.prose.is_empty() => safe.text,
        Ok(safe) => safe.prose,
        // Too much work for a summary. One is made from the post's text instead.
        Err(_) => String::new(),
    }
}

fn has_tag(text: &str) -> bool {
    let mut tags = text.match_indices('<').map(|(at, _)| &text[at + 1..]);
    tags.any(|rest| {
        if rest.starts_with("!--") {
            return true;
        }
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let name = name.to_ascii_lowercase();
        let is_known = ELEMENTS.contains(&name.as_str())
            || REMOVED_WITH_CONTENT.contains(&name.as_str())
            || OTHERS.contains(&name.as_str())
            // Custom elements have a hyphen (HTML standard, 4.13.2).
            || name.bytes().skip(1).any(|byte| byte == b'-');
        is_known && after.starts_with(['>', '/', ' ', '\t', '\n', '\r'])
    })
}

/// `&amp;`, `&#8217;`, `&#x2019;`.
fn has_entity(text: &str) -> bool {
    text.split('&').skip(1).any(|rest| {
        let name = rest.split(';').next().unwrap_or_default();
        let is_name = name
            .strip_prefix('#')
            .unwrap_or(name)
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric());
        !name.is_empty() && name.len() < 12 && name.len() < rest.len() && is_name
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::address::SameSite;

    #[test]
    fn text_without_a_tag_keeps_its_paragraphs_and_its_angle_brackets() {
        for (text, html) in [
            (
                "if a < b then stop\n\nSecond",
                "<p>if a &lt; b then stop</p><p>Second</p>",
            ),
            ("I <3 you\r\n\r\nNext", "<p>I &lt;3 you</p><p>Next</p>"),
            (
                "To <me@example.org> or <https://example.org>\n \nBye",
                "<p>To &lt;me@example.org> or &lt;https://example.org></p><p>Bye</p>",
            ),
            ("Vec<String> and x<y>z", "Vec&lt;String> and x&lt;y>z"),
            ("One &amp; two\n\nThree", "<p>One &amp; two</p><p>Three</p>"),
            ("\n\nOne\nline\n", "<p>One\nline</p>"),
            ("<p>One\n\ntwo</p>", "<p>One\n\ntwo</p>"),
            ("a<br/>b\n\nc", "a<br/>b\n\nc"),
            ("<my-box>a</my-box>", "<my-box>a</my-box>"),
            ("a <!-- note -->\n\nb", "a <!-- note -->\n\nb"),
            ("", ""),
        ] {
            assert_eq!(from_text(text.into()), html, "{text}");
        }
    }

    #[test]
    fn html_becomes_words_and_plain_text_stays() {
        let site: Arc<dyn Addresses> = Arc::new(SameSite);
        for (text, words) in [
            ("<p>Some <em>html</em></p>", "Some html"),
            ("It&#8217;s", "It’s"),
            ("Tom &amp; Jerry", "Tom & Jerry"),
            ("a < b & c; d", "a < b & c; d"),
            ("AT&T; what", "AT&T; what"),
            ("<script>x</script>", ""),
        ] {
            assert_eq!(in_words(text.into(), &site), words, "{text}");
        }
    }
}
