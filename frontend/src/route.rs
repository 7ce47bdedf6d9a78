//! The app's addresses: a [`Route`] is read from an address and writes itself back as one.

use shared::paths;

/// What an address of the site shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Home,
    /// `/blogs`, with the page and the category in the query.
    Blogs(BlogsQuery),
    /// `/blogs/{id}`
    Blog {
        /// The post's id, decoded.
        id: String,
    },
    /// `/about`
    About,
    /// `/contact`
    Contact,
    /// Every other address.
    NotFound,
}

/// Which part of the list an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlogsQuery {
    /// From 1; anything that is no such number reads as 1.
    pub page: u32,
    /// Only posts of this category.
    pub category: Option<String>,
}

impl Default for BlogsQuery {
    fn default() -> Self {
        Self {
            page: 1,
            category: None,
        }
    }
}

impl BlogsQuery {
    /// The first page of a category.
    #[must_use]
    pub fn category(name: &str) -> Self {
        Self {
            page: 1,
            category: Some(name.to_owned()),
        }
    }

    /// Another page of the same list.
    #[must_use]
    pub fn with_page(&self, page: u32) -> Self {
        Self {
            page,
            category: self.category.clone(),
        }
    }

    fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for pair in query.trim_start_matches('?').split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode(&value.replace('+', " "));
            match name {
                "page" => parsed.page = value.parse().unwrap_or(1).max(1),
                "category" if !value.trim().is_empty() => parsed.category = Some(value),
                _ => {}
            }
        }
        parsed
    }

    fn to_query(&self) -> String {
        let mut pairs = Vec::new();
        if let Some(category) = &self.category {
            pairs.push(format!("category={}", paths::encode_segment(category)));
        }
        if self.page > 1 {
            pairs.push(format!("page={}", self.page));
        }
        if pairs.is_empty() {
            String::new()
        } else {
            format!("?{}", pairs.join("&"))
        }
    }
}

impl Route {
    /// The list from its beginning.
    #[must_use]
    pub fn blogs() -> Self {
        Self::Blogs(BlogsQuery::default())
    }

    /// Reads an address as the browser holds it: `path` percent-encoded, `query` with or without
    /// its question mark. A slash at the end of the path makes no difference.
    #[must_use]
    pub fn parse(path: &str, query: &str) -> Self {
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            [""] => Self::Home,
            ["about"] => Self::About,
            ["contact"] => Self::Contact,
            ["blogs"] => Self::Blogs(BlogsQuery::parse(query)),
            ["blogs", id] => Self::Blog {
                id: percent_decode(id),
            },
            _ => Self::NotFound,
        }
    }

    /// The address, relative to the site's root. [`Route::NotFound`] has none of its own and
    /// leads home.
    #[must_use]
    pub fn href(&self) -> String {
        match self {
            Self::Home | Self::NotFound => "/".to_owned(),
            Self::Blogs(query) => format!("/blogs{}", query.to_query()),
            Self::Blog { id } => paths::blog(id),
            Self::About => "/about".to_owned(),
            Self::Contact => "/contact".to_owned(),
        }
    }
}

/// Undoes percent-encoding (RFC 3986, section 2.1). A lone `%` stays as it is, and bytes that are
/// no UTF-8 become U+FFFD: an address that somebody mistyped still reads as something.
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

    fn blogs(page: u32, category: Option<&str>) -> Route {
        Route::Blogs(BlogsQuery {
            page,
            category: category.map(str::to_owned),
        })
    }

    fn blog(id: &str) -> Route {
        Route::Blog { id: id.to_owned() }
    }

    #[test]
    fn every_page_has_its_address_and_reads_it_back() {
        let pages = [
            (Route::Home, "/"),
            (blogs(1, None), "/blogs"),
            (blogs(3, None), "/blogs?page=3"),
            (blogs(1, Some("Rust")), "/blogs?category=Rust"),
            (
                blogs(2, Some("C & C++ / déjà")),
                "/blogs?category=C%20%26%20C%2B%2B%20%2F%20d%C3%A9j%C3%A0&page=2",
            ),
            (blog("hello-world"), "/blogs/hello-world"),
            (blog("a/b?c#d é"), "/blogs/a%2Fb%3Fc%23d%20%C3%A9"),
            (Route::About, "/about"),
            (Route::Contact, "/contact"),
        ];
        for (route, href) in pages {
            assert_eq!(route.href(), href);
            let (path, query) = href.split_once('?').unwrap_or((href, ""));
            assert_eq!(Route::parse(path, query), route, "{href}");
            assert_eq!(Route::parse(path, &format!("?{query}")), route, "{href}");
        }
    }

    #[test]
    fn a_slash_at_the_end_changes_nothing() {
        assert_eq!(Route::parse("/blogs/", ""), blogs(1, None));
        assert_eq!(Route::parse("/blogs/a/", ""), blog("a"));
        assert_eq!(Route::parse("/about/", ""), Route::About);
        assert_eq!(Route::parse("", ""), Route::Home);
    }

    #[test]
    fn other_addresses_are_not_found() {
        for path in [
            "/nowhere",
            "/blogs/a/b",
            "/About",
            "/about/us",
            "/index.html",
        ] {
            assert_eq!(Route::parse(path, ""), Route::NotFound, "{path}");
        }
    }

    #[test]
    fn an_odd_query_reads_as_the_first_page() {
        for query in [
            "page=",
            "page=0",
            "page=-2",
            "page=two",
            "page=99999999999",
            "page",
            "&&=",
            "category=",
        ] {
            assert_eq!(Route::parse("/blogs", query), blogs(1, None), "{query}");
        }
        assert_eq!(
            Route::parse("/blogs", "x=1&page=2&category=a+b"),
            blogs(2, Some("a b"))
        );
    }

    #[test]
    fn broken_escapes_stay_readable() {
        assert_eq!(percent_decode("100%"), "100%");
        assert_eq!(percent_decode("%zz%4"), "%zz%4");
        assert_eq!(percent_decode("%FF"), "\u{FFFD}");
        assert_eq!(percent_decode("%c3%A9"), "é");
    }
}
