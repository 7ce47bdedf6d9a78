//! Addresses that the server, the app and its tests agree on.

/// Where the API's first version lives.
pub const API_BASE: &str = "/api/v1";
/// Where pictures that belong to posts are served.
pub const MEDIA_BASE: &str = "/media";

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_any_shape_is_one_segment() {
        assert_eq!(blog("hello-world"), "/blogs/hello-world");
        assert_eq!(blog("a/b?c#d é"), "/blogs/a%2Fb%3Fc%23d%20%C3%A9");
    }
}
