//! Addresses that the server, the app and its tests agree on.

/// Where the API's first version lives.
pub const API_BASE: &str = "/api/v1";
/// Where pictures that belong to posts are served.
pub const MEDIA_BASE: &str = "/media";

/// Whether a path (without query) is one of the site's pages. Whether the post of a post's page
/// exists is the API's to say.
#[must_use]
pub fn is_page(path: &str) -> bool {
    let path = path
        .strip_suffix('/')
        .filter(|rest| !rest.is_empty())
        .unwrap_or(path);
    matches!(path, "/" | "/blogs" | "/about" | "/contact")
        || path
            .strip_prefix("/blogs/")
            .is_some_and(|id| !id.is_empty() && !id.contains('/'))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_other_addresses() {
        for path in [
            "/",
            "/blogs",
            "/blogs/",
            "/about",
            "/contact",
            "/blogs/Rust-1.0",
            "/blogs/a%2Fb",
        ] {
            assert!(is_page(path), "{path}");
        }
        for path in [
            "",
            "/nowhere",
            "/blogs/a/b",
            "/blogs//",
            "/index.html",
            "/app.wasm",
        ] {
            assert!(!is_page(path), "{path}");
        }
    }

    #[test]
    fn an_id_of_any_shape_is_one_segment() {
        assert_eq!(blog("hello-world"), "/blogs/hello-world");
        assert_eq!(blog("a/b?c#d é"), "/blogs/a%2Fb%3Fc%23d%20%C3%A9");
    }
}
