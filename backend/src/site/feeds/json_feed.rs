//! JSON Feed 1.1.

use serde_json::json;

use super::{FeedError, FeedPage, absolute_html, address, categories, pages};

/// `/feed.json`.
pub(super) fn write(page: &FeedPage) -> Result<String, FeedError> {
    let site = page.site;
    let words = &page.all.profile.site;
    let items = page
        .posts()
        .map(|post| {
            let address = address(site, post);
            let mut item = json!({
                "id": address,
                "url": address,
                "title": post.title,
                "summary": post.summary,
                "content_html": absolute_html(&post.content_html, &address)?,
                "authors": [{"name": post.author.name}],
                "tags": categories(post).collect::<Vec<_>>(),
            });
            if let Some(moment) = page.all.date_of(post) {
                item["date_published"] = json!(moment.to_string());
            }
            if let Some(image) = &post.featured_image {
                item["image"] = json!(site.absolute(image));
            }
            Ok(item)
        })
        .collect::<Result<Vec<_>, FeedError>>()?;
    let mut feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": words.title,
        "description": words.description,
        "home_page_url": site.absolute("/"),
        "feed_url": page.address("/feed.json", page.page),
        "language": words.language,
        "items": items,
    });
    if page.page < pages(&page.all.snapshot) {
        feed["next_url"] = json!(page.address("/feed.json", page.page + 1));
    }
    Ok(feed.to_string())
}
