//! The text of an XML document: its encoding, its usual faults, its size.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// How far into a document an XML declaration can reach.
const DECLARATION_LENGTH: usize = 256;

/// Escapes each `&` that doesn't begin an entity, and drops characters that XML 1.0 forbids. RSS of a
/// missing or unknown version is marked as 2.0.
pub(super) fn mend(text: &str) -> String {
    let text = with_version(text);
    let mut mended = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        mended.push_str(before);
        let name = entity[1..].split_once(';').map_or("", |(name, _)| name);
        let is_entity = !name.is_empty()
            && name.len() < 12
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'#');
        mended.push_str(if is_entity { "&" } else { "&amp;" });
        rest = &entity[1..];
    }
    mended.push_str(rest);
    mended.retain(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
    mended
}

fn with_version(text: &str) -> Cow<'_, str> {
    let Some((before, tag)) = text.split_once("<rss") else {
        return Cow::Borrowed(text);
    };
    let Some((attributes, after)) = tag.split_once('>') else {
        return Cow::Borrowed(text);
    };
    let known = ["0.91", "0.92", "2.0"]
        .iter()
        .any(|version| attributes.contains(version));
    if known {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!(
        "{before}<rss version=\"2.0\"{}>{after}",
        attributes.replace("version", "data-version")
    ))
}

/// Decodes bytes. The encoding is that of the byte order mark, else of the header, else of the XML
/// declaration, else UTF-8 (RFC 7303, section 3). Invalid bytes become U+FFFD.
pub(super) fn decode(body: &[u8], content_type: &str) -> String {
    let of_header = content_type
        .split(';')
        .find_map(|part| part.trim().strip_prefix("charset="))
        .and_then(|label| Encoding::for_label(label.trim_matches(['"', '\'']).as_bytes()));
    let encoding = of_header.or_else(|| declared(body)).unwrap_or(UTF_8);
    // In `decode`, a byte order mark has precedence.
    let (text, _, _) = encoding.decode(body);
    without_declaration(&text).chars().map(of_windows).collect()
}

/// Removes the XML declaration: the parser would follow its encoding, but the text is UTF-8 now.
fn without_declaration(text: &str) -> &str {
    let text = text.trim_start();
    let declaration = text.strip_prefix("<?xml ");
    let rest = declaration.and_then(|declaration| declaration.split_once("?>"));
    rest.map_or(text, |(_, rest)| rest)
}

/// Reads a C1 control character as windows-1252, as browsers do (WHATWG HTML, 13.2.5.80).
fn of_windows(c: char) -> char {
    match u8::try_from(u32::from(c)) {
        Ok(byte @ 0x80..=0x9f) => {
            let bytes = [byte];
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&bytes);
            text.chars().next().unwrap_or(c)
        }
        _ => c,
    }
}

fn declared(body: &[u8]) -> Option<&'static Encoding> {
    let start = &body[..body.len().min(DECLARATION_LENGTH)];
    let start = String::from_utf8_lossy(start);
    let declaration = start
        .trim_start()
        .strip_prefix("<?xml")?
        .split("?>")
        .next()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

/// Counts start tags, without those inside CDATA sections and comments.
pub(super) fn count_elements(text: &str) -> usize {
    let mut elements = 0;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = match rest {
            _ if rest.starts_with("<![CDATA[") => rest.find("]]>"),
            _ if rest.starts_with("<!--") => rest.find("-->"),
            _ => {
                elements += usize::from(!rest.starts_with("</"));
                Some(0)
            }
        };
        match end {
            Some(end) => rest = rest.get(end + 1..).unwrap_or_default(),
            None => break,
        }
    }
    elements
}
