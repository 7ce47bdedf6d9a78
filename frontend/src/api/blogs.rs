//! Requests for blogs.

use shared::blog::{Blog, BlogPage, BlogSummary};
use shared::paths::{API_BASE, encode_segment};
use shared::search::SearchPage;

use crate::api::client::Client;
use crate::api::get::Get;
use shared::route::BlogsQuery;

/// A page of the list.
pub fn list(query: &BlogsQuery) -> Get<BlogPage> {
    Get::new(query.api_path())
}

/// A post with its text.
pub fn one(id: &str) -> Get<Blog> {
    Get::new(format!("{API_BASE}/blogs/{}", encode_segment(id)))
}

/// A post's summary from an answer of this visit, to show while the post loads.
pub fn known_summary(client: &Client, id: &str) -> Option<BlogSummary> {
    let among = |posts: &[BlogSummary]| posts.iter().find(|post| post.id == id).cloned();
    client
        .find_cached(|page: &BlogPage| among(&page.items))
        .or_else(|| client.find_cached(|blog: &Blog| among(&blog.related)))
        .or_else(|| {
            client.find_cached(|results: &SearchPage| {
                let mut posts = results.items.iter().map(|hit| &hit.summary);
                posts.find(|post| post.id == id).cloned()
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_contain_the_query() {
        let query = BlogsQuery {
            page: 2,
            category: Some("C & C".to_owned()),
            ..BlogsQuery::default()
        };
        assert_eq!(
            list(&query).path(),
            "/api/v1/blogs?page=2&per_page=6&category=C%20%26%20C"
        );
        assert_eq!(one("a/b").path(), "/api/v1/blogs/a%2Fb");
    }
}
