//! The addresses that a post may contain, and how relative ones are resolved.

use url::{ParseError, Url};

/// Resolves the relative addresses of a post. [`link`] and [`image`] handle fragments (`#…`) and addresses
/// with a scheme or a host themselves.
pub trait Addresses: Send + Sync {
    /// The target of a relative link; `None` removes the link.
    fn link(&self, relative: &str) -> Option<String>;
    /// The target of a picture's relative address; `None` removes the picture.
    fn image(&self, relative: &str) -> Option<String>;
}

/// For posts of this site: relative addresses stay as they are.
#[derive(Debug, Clone, Copy)]
pub struct SameSite;

impl Addresses for SameSite {
    fn link(&self, relative: &str) -> Option<String> {
        Some(relative.to_owned())
    }

    fn image(&self, relative: &str) -> Option<String> {
        Some(relative.to_owned())
    }
}

/// For posts of another site: relative addresses are resolved against this URL.
impl Addresses for Url {
    fn link(&self, relative: &str) -> Option<String> {
        self.join(relative).ok().map(String::from)
    }

    fn image(&self, relative: &str) -> Option<String> {
        Addresses::link(self, relative)
    }
}

/// A link's safe address: `http:`, `https:`, `mailto:`, a fragment, or a relative one that `addresses`
/// resolves. `None` for other schemes and for invalid addresses.
pub fn link(raw: &str, addresses: &dyn Addresses) -> Option<String> {
    match classify(raw)? {
        Address::Absolute(url) => {
            matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.into())
        }
        Address::Fragment(fragment) => Some(fragment.to_owned()),
        Address::Relative(relative) => addresses.link(relative),
    }
}

/// A picture's safe address: `http:`, `https:`, or a relative one that `addresses` resolves.
pub fn image(raw: &str, addresses: &dyn Addresses) -> Option<String> {
    match classify(raw)? {
        Address::Absolute(url) => matches!(url.scheme(), "http" | "https").then(|| url.into()),
        Address::Fragment(_) => None,
        Address::Relative(relative) => addresses.image(relative),
    }
}

enum Address<'a> {
    Absolute(Url),
    Fragment(&'a str),
    Relative(&'a str),
}

fn classify(raw: &str) -> Option<Address<'_>> {
    let raw = raw.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if raw.is_empty() {
        return None;
    }
    if raw.starts_with('#') {
        return Some(Address::Fragment(raw));
    }
    match Url::parse(raw) {
        Ok(url) => Some(Address::Absolute(url)),
        // `//host/…`, also with backslashes, which browsers read as slashes (WHATWG URL).
        Err(ParseError::RelativeUrlWithoutBase)
            if raw.len() > 1
                && raw
                    .bytes()
                    .take(2)
                    .all(|byte| byte == b'/' || byte == b'\\') =>
        {
            Url::parse(&format!("https:{raw}"))
                .ok()
                .map(Address::Absolute)
        }
        Err(ParseError::RelativeUrlWithoutBase) => Some(Address::Relative(raw)),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_schemes_pass() {
        for (raw, expected) in [
            ("https://example.org/a b", Some("https://example.org/a%20b")),
            (" HTTP://example.org ", Some("http://example.org/")),
            ("mailto:desk@example.org", Some("mailto:desk@example.org")),
            ("//example.org/x", Some("https://example.org/x")),
            ("\\\\example.org/x", Some("https://example.org/x")),
            ("/\\example.org/x", Some("https://example.org/x")),
            ("/blogs/a?b#c", Some("/blogs/a?b#c")),
            ("#part", Some("#part")),
            ("javascript:alert(1)", None),
            ("java\nscript:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("JaVaScRiPt:alert(1)", None),
            ("data:text/html,x", None),
            ("vbscript:x", None),
            ("file:///etc/passwd", None),
            ("ftp://example.org/", None),
            ("http://", None),
            ("", None),
            ("  ", None),
        ] {
            assert_eq!(link(raw, &SameSite).as_deref(), expected, "{raw:?}");
        }
        assert_eq!(image("mailto:a@example.org", &SameSite), None);
        assert_eq!(image("data:image/png;base64,AAAA", &SameSite), None);
        assert_eq!(
            image("/media/a.svg", &SameSite).as_deref(),
            Some("/media/a.svg")
        );
    }

    #[test]
    fn relative_addresses_of_another_site_lead_there() {
        let upstream = Url::parse("https://blog.example/api/posts?key=1").expect("a URL");
        for (raw, expected) in [
            ("img/a.png", "https://blog.example/api/img/a.png"),
            ("/img/a.png", "https://blog.example/img/a.png"),
            ("//cdn.example/a.png", "https://cdn.example/a.png"),
        ] {
            assert_eq!(image(raw, &upstream).as_deref(), Some(expected));
        }
        assert_eq!(link("#part", &upstream).as_deref(), Some("#part"));
    }
}
