//! The query of a list's address.

use super::{page_suffix, query_pairs};
use crate::paths::{API_BASE, encode_segment};

/// A page of the list of posts, with its filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlogsQuery {
    /// The page, from 1. An invalid number reads as 1.
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

    /// The path and query of the API request, with `per_page` posts a page.
    pub fn api_path(&self, per_page: u32) -> String {
        let mut path = format!("{API_BASE}/blogs?page={}&per_page={per_page}", self.page);
        for (name, value) in self.filters() {
            path.push_str(&format!("&{name}={}", encode_segment(value)));
        }
        path
    }

    /// The filters by name. The site's addresses and the API have the same names.
    fn filters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let filters = [("category", &self.category), ("tag", &self.tag)];
        filters
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
    }

    /// Reads the query of an address.
    pub(super) fn parse(query: &str) -> Self {
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
