//! The site's pages. A [`Route`] is read from an address. It gives the address, the title, the
//! description and the first API request. The server and the app both use it.

mod blogs_query;
mod query_pairs;
mod search_query;

pub use blogs_query::BlogsQuery;
pub use search_query::SearchQuery;

use query_pairs::QueryPairs;

use crate::blog::DEFAULT_PER_PAGE;
use crate::paths::{self, API_BASE, encode_segment, percent_decode};

/// The number of posts on the home page.
pub const FEATURED_POSTS: u32 = 3;

/// A page of the site.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// `/`
    Home,
    /// `/blogs`, with page, category and tag in the query.
    Blogs(BlogsQuery),
    /// `/blogs/{id}`. The post may not exist.
    Blog {
        /// The post's id, decoded.
        id: String,
    },
    /// `/search`, with text and page in the query.
    Search(SearchQuery),
    /// `/about`
    About,
    /// `/contact`
    Contact,
    /// `/{slug}`: one of the site's own pages. It may not exist.
    Page {
        /// The page's slug, decoded.
        slug: String,
    },
    /// Every other address.
    NotFound,
}

impl Route {
    /// The built-in pages. A site may have no contact form.
    pub fn fixed() -> [Self; 4] {
        [Self::Home, Self::blogs(), Self::About, Self::Contact]
    }

    /// The first page of all posts.
    pub fn blogs() -> Self {
        Self::Blogs(BlogsQuery::default())
    }

    /// One of the site's own pages.
    pub fn page(slug: &str) -> Self {
        let slug = slug.to_owned();
        Self::Page { slug }
    }

    /// Reads an address: `path` percent-encoded, `query` with or without its `?`. A slash at the end
    /// of the path is ignored.
    pub fn parse(path: &str, query: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let segments: Vec<&str> = path.split('/').collect();
        match segments.as_slice() {
            ["" | "index.html"] => Self::Home,
            ["search"] => Self::Search(SearchQuery {
                per_page: DEFAULT_PER_PAGE,
                ..SearchQuery::parse(query)
            }),
            ["about"] => Self::About,
            ["contact"] => Self::Contact,
            ["blogs"] => Self::Blogs(BlogsQuery {
                per_page: DEFAULT_PER_PAGE,
                pinned_first: false,
                ..BlogsQuery::parse(query)
            }),
            ["blogs", id] if !id.is_empty() => Self::Blog {
                id: percent_decode(id),
            },
            // A name with a dot is a file.
            [slug] if !slug.contains('.') => Self::page(&percent_decode(slug)),
            _ => Self::NotFound,
        }
    }

    /// The address, relative to the site's root. [`Route::NotFound`] has none and returns the home
    /// page's.
    pub fn href(&self) -> String {
        match self {
            Self::Home | Self::NotFound => "/".to_owned(),
            Self::Blogs(query) => format!("/blogs{}", query.to_query()),
            Self::Blog { id } => paths::blog(id),
            Self::Search(query) => query.href(),
            Self::About => "/about".to_owned(),
            Self::Contact => "/contact".to_owned(),
            Self::Page { slug } => format!("/{}", encode_segment(slug)),
        }
    }

    /// The page that this address redirects to. A search for a blank text redirects to all posts.
    pub fn redirect(&self) -> Option<Self> {
        match self {
            Self::Search(query) if query.text.is_empty() => Some(Self::blogs()),
            _ => None,
        }
    }

    /// The title, without the site's name. Posts and the site's own pages have titles of their own,
    /// which the address does not contain.
    pub fn title(&self) -> String {
        match self {
            Self::Home => "Home".to_owned(),
            Self::Blogs(query) => query.title(),
            Self::Blog { .. } => "Blog".to_owned(),
            Self::Search(query) => query.title(),
            Self::About => "About".to_owned(),
            Self::Contact => "Contact".to_owned(),
            Self::Page { .. } => "Page".to_owned(),
            Self::NotFound => "Page not found".to_owned(),
        }
    }

    /// The description for search engines and link previews. None where the site's own description is
    /// used, and where the description comes with the page's data.
    pub fn description(&self) -> Option<String> {
        match self {
            Self::Blogs(query) => Some(query.description()),
            Self::Search(query) => Some(format!("Posts that match “{}”, best first.", query.text)),
            Self::About => {
                Some("How this site is made, and what it knows of its readers.".to_owned())
            }
            Self::Contact => Some("Write to those who run this site.".to_owned()),
            Self::Home | Self::Blog { .. } | Self::Page { .. } | Self::NotFound => None,
        }
    }

    /// The path and query of the API request (`GET`) for the page's main part. None for pages without
    /// data.
    pub fn first_request(&self) -> Option<String> {
        match self {
            Self::Home => Some(BlogsQuery::featured().api_path()),
            Self::Blogs(query) => Some(query.api_path()),
            Self::Blog { id } => Some(format!("{API_BASE}/blogs/{}", encode_segment(id))),
            Self::Search(query) => Some(query.api_path()),
            Self::Page { slug } => Some(paths::page_request(slug)),
            Self::About | Self::Contact | Self::NotFound => None,
        }
    }
}

/// The end of a title on later pages of a list.
fn page_suffix(page: u32) -> String {
    match page {
        1 => String::new(),
        page => format!(", page {page}"),
    }
}

#[cfg(test)]
mod tests;
