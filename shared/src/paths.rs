//! Addresses that the server, the app and its tests agree on.

/// The base path of version 1 of the API.
pub const API_BASE: &str = "/api/v1";
/// The base path of the posts' pictures and other files.
pub const MEDIA_BASE: &str = "/media";
/// The base path of the site's own files: logo, icon, colours, web manifest, and pictures beside its
/// pages.
pub const SITE_BASE: &str = "/site";
/// The API request for the site's name, words, menu and links.
pub const SITE_REQUEST: &str = "/api/v1/site";

/// The API request for one of the site's own pages.
pub fn page_request(slug: &str) -> String {
    format!("{API_BASE}/pages/{}", encode_segment(slug))
}

/// The address of a post's page: `/blogs/` and the id as one percent-encoded segment.
#[must_use]
pub fn blog(id: &str) -> String {
    format!("/blogs/{}", encode_segment(id))
}

/// Percent-encodes everything but RFC 3986's unreserved characters, so that an id of any shape is
/// one path segment or one query value.
#[must_use]
pub fn encode_segment(text: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(HEX[usize::from(byte >> 4)]));
            encoded.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// Undoes percent-encoding (RFC 3986, section 2.1). A `%` without two hexadecimal digits stays, and
/// bytes that are not UTF-8 become U+FFFD, so that a mistyped address can still be read.
#[must_use]
pub fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%')
            .then(|| bytes.get(at + 1..at + 3))
            .flatten()
            .and_then(|digits| Some(hex_value(digits[0])? << 4 | hex_value(digits[1])?));
        decoded.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_any_shape_is_one_segment() {
        assert_eq!(blog("hello-world"), "/blogs/hello-world");
        assert_eq!(blog("a/b?c#d é"), "/blogs/a%2Fb%3Fc%23d%20%C3%A9");
    }

    #[test]
    fn broken_escapes_stay_readable() {
        assert_eq!(percent_decode("100%"), "100%");
        assert_eq!(percent_decode("%zz%4"), "%zz%4");
        assert_eq!(percent_decode("%FF"), "\u{FFFD}");
        assert_eq!(percent_decode("%c3%A9"), "é");
    }
}
