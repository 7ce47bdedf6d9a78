//! The site's pages: a [`Route`] is read from an address, writes itself back as one, and knows its
//! title and what it asks the API first. The server and the app both go by it.

mod search_query;

pub use search_query::SearchQuery;

use crate::blog::DEFAULT_PER_PAGE;
use crate::paths::{self, API_BASE, encode_segment, percent_decode};

/// The name of the site, as titles end with it.
pub const SITE_NAME: &str = "FlashBlog";
/// What the site is, in a sentence.
pub const SITE_DESCRIPTION: &str = "FlashBlog collects short, careful posts: what somebody tried, what broke, and what they would do again.";
/// Posts that the home page shows.
pub const FEATURED_POSTS: u32 = 3;

/// What an address of the site shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// `/`
    Home,
    /// `/blogs`, with the page, the category and the tag in the query.
    Blogs(BlogsQuery),
    /// `/blogs/{id}`. Whether the post exists is the API's to say.
    Blog {
        /// The post's id, decoded.
        id: String,
    },
    /// `/search`, with the text and the page in the query.
    Search(SearchQuery),
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
    /// Only posts with this tag.
    pub tag: Option<String>,
}

impl Default for BlogsQuery {
    fn default() -> Self {
        Self {
            page: 1,
            category: None,
            tag: None,
        }
    }
}

impl BlogsQuery {
    /// The first page of a category.
    #[must_use]
    pub fn category(name: &str) -> Self {
        Self {
            category: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// The first page of the posts with a tag.
    #[must_use]
    pub fn tag(name: &str) -> Self {
        Self {
            tag: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// Another page of the same list.
    #[must_use]
    pub fn with_page(&self, page: u32) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    /// The API's address of this part of the list, `per_page` posts a page.
    #[must_use]
    pub fn api_path(&self, per_page: u32) -> String {
        let mut path = format!("{API_BASE}/blogs?page={}&per_page={per_page}", self.page);
        for (name, value) in self.filters() {
            path.push_str(&format!("&{name}={}", encode_segment(value)));
        }
        path
    }

    /// What narrows the list, as its address and the API's name it.
    fn filters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let filters = [("category", &self.category), ("tag", &self.tag)];
        filters
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for (name, value) in query_pairs(query) {
            match name {
                "page" => parsed.page = value.parse().unwrap_or(1).max(1),
                "category" if !value.trim().is_empty() => parsed.category = Some(value),
                "tag" if !value.trim().is_empty() => parsed.tag = Some(value),
                _ => {}
            }
        }
        parsed
    }

    fn to_query(&self) -> String {
        let mut pairs: Vec<String> = self
            .filters()
            .map(|(name, value)| format!("{name}={}", encode_segment(value)))
            .collect();
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

/// The pairs of a query, decoded as those of a form are (`+` is a space).
fn query_pairs(query: &str) -> impl Iterator<Item = (&str, String)> {
    query.trim_start_matches('?').split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name, percent_decode(&value.replace('+', " ")))
    })
}

impl Route {
    /// The pages that are there whatever the source holds.
    #[must_use]
    pub fn fixed() -> [Self; 4] {
        [Self::Home, Self::blogs(), Self::About, Self::Contact]
    }

    /// The list from its beginning.
    #[must_use]
    pub fn blogs() -> Self {
        Self::Blogs(BlogsQuery::default())
    }

    /// Reads an address as the browser holds it: `path` percent-encoded, `query` with or without
    /// its question mark. One slash at the end of the path makes no difference.
    #[must_use]
    pub fn parse(path: &str, query: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["" | "index.html"] => Self::Home,
            ["search"] => Self::Search(SearchQuery::parse(query)),
            ["about"] => Self::About,
            ["contact"] => Self::Contact,
            ["blogs"] => Self::Blogs(BlogsQuery::parse(query)),
            ["blogs", id] if !id.is_empty() => Self::Blog {
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
            Self::Search(query) => query.href(),
            Self::About => "/about".to_owned(),
            Self::Contact => "/contact".to_owned(),
        }
    }

    /// The page that this one leads to instead: there is nothing to search for in a blank text.
    #[must_use]
    pub fn leads_to(&self) -> Option<Self> {
        match self {
            Self::Search(query) if query.text.is_empty() => Some(Self::blogs()),
            _ => None,
        }
    }

    /// What the page is called while only its address is known; a post's own title is the post's
    /// to say.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Home => "Home".to_owned(),
            Self::Blogs(query) => {
                let page = page_in_title(query.page);
                match (&query.category, &query.tag) {
                    (Some(category), Some(tag)) => {
                        format!("Posts in {category}, tagged {tag}{page}")
                    }
                    (Some(category), None) => format!("Posts in {category}{page}"),
                    (None, Some(tag)) => format!("Posts tagged {tag}{page}"),
                    (None, None) => format!("Blogs{page}"),
                }
            }
            Self::Blog { .. } => "Blog".to_owned(),
            Self::Search(query) => {
                format!("Search: {}{}", query.text, page_in_title(query.page))
            }
            Self::About => "About".to_owned(),
            Self::Contact => "Contact".to_owned(),
            Self::NotFound => "Page not found".to_owned(),
        }
    }

    /// What the page asks the API for before it can show its main part: the path and query of a
    /// GET. `None` for pages that need nothing.
    #[must_use]
    pub fn first_request(&self) -> Option<String> {
        match self {
            Self::Home => Some(BlogsQuery::default().api_path(FEATURED_POSTS)),
            Self::Blogs(query) => Some(query.api_path(DEFAULT_PER_PAGE)),
            Self::Blog { id } => Some(format!("{API_BASE}/blogs/{}", encode_segment(id))),
            Self::Search(query) => Some(query.api_path(DEFAULT_PER_PAGE)),
            Self::About | Self::Contact | Self::NotFound => None,
        }
    }
}

fn page_in_title(page: u32) -> String {
    match page {
        1 => String::new(),
        page => format!(", page {page}"),
    }
}

/// `Page · FlashBlog`: what tells tabs and history entries apart comes first (WCAG 2.4.2).
#[must_use]
pub fn document_title(page: &str) -> String {
    let page = page.trim();
    if page.is_empty() {
        SITE_NAME.to_owned()
    } else {
        format!("{page} · {SITE_NAME}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blogs(page: u32, category: Option<&str>) -> Route {
        Route::Blogs(BlogsQuery {
            page,
            category: category.map(str::to_owned),
            tag: None,
        })
    }

    fn tagged(page: u32, category: Option<&str>, tag: &str) -> Route {
        Route::Blogs(BlogsQuery {
            page,
            category: category.map(str::to_owned),
            tag: Some(tag.to_owned()),
        })
    }

    fn search(text: &str, page: u32) -> Route {
        Route::Search(SearchQuery::new(text).with_page(page))
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
            (tagged(1, None, "rfc 9457"), "/blogs?tag=rfc%209457"),
            (
                tagged(2, Some("Rust"), "#1&2"),
                "/blogs?category=Rust&tag=%231%262&page=2",
            ),
            (blog("hello-world"), "/blogs/hello-world"),
            (blog("a/b?c#d é"), "/blogs/a%2Fb%3Fc%23d%20%C3%A9"),
            (search("cookies", 1), "/search?q=cookies"),
            (
                search("C++ & naïve", 2),
                "/search?q=C%2B%2B%20%26%20na%C3%AFve&page=2",
            ),
            (search("", 1), "/search?q="),
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
    fn a_slash_at_the_end_and_the_name_of_the_file_change_nothing() {
        assert_eq!(Route::parse("/blogs/", ""), blogs(1, None));
        assert_eq!(Route::parse("/blogs/a/", ""), blog("a"));
        assert_eq!(Route::parse("/about/", ""), Route::About);
        assert_eq!(Route::parse("", ""), Route::Home);
        assert_eq!(Route::parse("/index.html", ""), Route::Home);
    }

    #[test]
    fn other_addresses_are_not_found() {
        for path in [
            "/nowhere",
            "/blogs/a/b",
            "/blogs//",
            "//blogs",
            "/About",
            "/about/us",
            "/app.wasm",
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
            "tag=",
            "tag=+&category=+",
        ] {
            assert_eq!(Route::parse("/blogs", query), blogs(1, None), "{query}");
        }
        assert_eq!(
            Route::parse("/blogs", "x=1&page=2&category=a+b"),
            blogs(2, Some("a b"))
        );
    }

    #[test]
    fn a_search_reads_what_a_form_sends() {
        for query in [
            "q=naive+search",
            "?q=%20naive%20search+",
            "q=naive+search&q=other&page=0",
        ] {
            let read = Route::parse("/search", query);
            assert_eq!(read, search("naive search", 1), "{query}");
            assert_eq!(read.leads_to(), None);
        }
        for blank in ["", "q", "q=", "q=+%09", "q=&q=late", "page=2"] {
            let read = Route::parse("/search", blank);
            assert_eq!(read.leads_to(), Some(Route::blogs()), "{blank}");
        }
        assert_eq!(Route::blogs().leads_to(), None);
    }

    #[test]
    fn titles_tell_pages_apart() {
        let titles = [
            (Route::Home, "Home"),
            (blogs(1, None), "Blogs"),
            (blogs(2, None), "Blogs, page 2"),
            (blogs(1, Some("Rust")), "Posts in Rust"),
            (blogs(3, Some("Rust")), "Posts in Rust, page 3"),
            (search("jwt", 1), "Search: jwt"),
            (search("jwt", 2), "Search: jwt, page 2"),
            (tagged(1, None, "jwt"), "Posts tagged jwt"),
            (
                tagged(2, Some("Rust"), "jwt"),
                "Posts in Rust, tagged jwt, page 2",
            ),
            (Route::NotFound, "Page not found"),
        ];
        for (route, title) in titles {
            assert_eq!(route.title(), title);
        }
        assert_eq!(document_title("About"), "About · FlashBlog");
        assert_eq!(document_title("  "), "FlashBlog");
    }

    #[test]
    fn a_page_knows_what_it_asks_for_first() {
        let requests = [
            (Route::Home, "/api/v1/blogs?page=1&per_page=3"),
            (
                blogs(2, Some("C & C")),
                "/api/v1/blogs?page=2&per_page=6&category=C%20%26%20C",
            ),
            (
                tagged(1, Some("Rust"), "rfc 9457"),
                "/api/v1/blogs?page=1&per_page=6&category=Rust&tag=rfc%209457",
            ),
            (blog("a/b"), "/api/v1/blogs/a%2Fb"),
            (
                search("a & b", 3),
                "/api/v1/search?q=a%20%26%20b&page=3&per_page=6",
            ),
        ];
        for (route, path) in requests {
            assert_eq!(route.first_request().as_deref(), Some(path));
        }
        assert_eq!(Route::About.first_request(), None);
    }
}
