//! The query of a list, in the site's addresses and in the API.

#[cfg(feature = "openapi")]
use super::query_pairs::schema;
use super::{FEATURED_POSTS, QueryPairs, page_suffix};
use crate::blog::DEFAULT_PER_PAGE;
use crate::paths::{API_BASE, encode_segment};

/// A page of the list of posts, with its filters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct BlogsQuery {
    /// The page's number.
    #[cfg_attr(feature = "openapi", param(schema_with = schema::page, required = false, example = 2))]
    pub page: u32,
    /// The page's size. The site's addresses have none.
    #[cfg_attr(feature = "openapi", param(schema_with = schema::per_page, required = false, example = 6))]
    pub per_page: u32,
    /// Only this category, in any letter case; blank is none.
    #[cfg_attr(feature = "openapi", param(required = false, example = "Backend"))]
    pub category: Option<String>,
    /// Only posts with this tag, in any letter case; blank is none. With a category too, posts must
    /// have both.
    #[cfg_attr(feature = "openapi", param(required = false, example = "jwt"))]
    pub tag: Option<String>,
    /// Whether posts that their source pins (WordPress: "stick to the top of the blog") come first. Only
    /// the home page asks for that.
    #[cfg_attr(feature = "openapi", param(schema_with = schema::pinned_first, required = false, example = true))]
    pub pinned_first: bool,
}

impl Default for BlogsQuery {
    fn default() -> Self {
        Self {
            page: 1,
            per_page: DEFAULT_PER_PAGE,
            category: None,
            tag: None,
            pinned_first: false,
        }
    }
}

impl BlogsQuery {
    /// The posts of the home page.
    pub fn featured() -> Self {
        Self {
            per_page: FEATURED_POSTS,
            pinned_first: true,
            ..Self::default()
        }
    }

    /// The first page of a category.
    pub fn category(name: &str) -> Self {
        Self {
            category: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// The first page of the posts with a tag.
    pub fn tag(name: &str) -> Self {
        Self {
            tag: Some(name.to_owned()),
            ..Self::default()
        }
    }

    /// Another page with the same filters.
    pub fn with_page(&self, page: u32) -> Self {
        Self {
            page,
            ..self.clone()
        }
    }

    /// The path and query of the API request.
    pub fn api_path(&self) -> String {
        let (page, per_page) = (self.page, self.per_page);
        let mut path = format!("{API_BASE}/blogs?page={page}&per_page={per_page}");
        if self.pinned_first {
            path.push_str("&pinned_first=true");
        }
        for (name, value) in self.filters() {
            path.push_str(&format!("&{name}={}", encode_segment(value)));
        }
        path
    }

    /// The filters by name. The site's addresses and the API use the same names.
    fn filters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let filters = [("category", &self.category), ("tag", &self.tag)];
        filters
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Reads a query. Of a repeated name the first value counts.
    pub fn parse(query: &str) -> Self {
        let pairs = QueryPairs::parse(query);
        let filter = |name| {
            let value = pairs.first(name).filter(|value| !value.is_empty());
            value.map(str::to_owned)
        };
        Self {
            page: pairs.page(),
            per_page: pairs.per_page(),
            category: filter("category"),
            tag: filter("tag"),
            pinned_first: pairs.first("pinned_first") == Some("true"),
        }
    }

    /// The query of the address, with its `?`, or nothing for the default.
    pub(super) fn to_query(&self) -> String {
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

    pub(super) fn title(&self) -> String {
        let page = page_suffix(self.page);
        match (&self.category, &self.tag) {
            (Some(category), Some(tag)) => format!("Posts in {category}, tagged {tag}{page}"),
            (Some(category), None) => format!("Posts in {category}{page}"),
            (None, Some(tag)) => format!("Posts tagged {tag}{page}"),
            (None, None) => format!("Blogs{page}"),
        }
    }

    pub(super) fn description(&self) -> String {
        match (&self.category, &self.tag) {
            (Some(category), Some(tag)) => {
                format!("Posts about {category} tagged {tag}, newest first.")
            }
            (Some(category), None) => format!("Posts about {category}, newest first."),
            (None, Some(tag)) => format!("Posts tagged {tag}, newest first."),
            (None, None) => "All posts, newest first.".to_owned(),
        }
    }
}
