//! Ids of a feed's items: short, readable, and the same at every reading.

use std::collections::HashMap;

use url::Url;

use crate::content::post::Post;

/// The longest id that is made of a `guid`, in bytes.
const MAX_GUID: usize = 100;

/// An item's id: made of its address, else of its `guid`, else of its title.
pub(super) fn of_item(link: Option<&Url>, guid: &str, title: Option<&str>) -> Option<String> {
    let words = [Some(guid), title].into_iter().flatten().map(of_words);
    link.and_then(of_link)
        .into_iter()
        .chain(words)
        .find(|id| !id.is_empty())
}

/// The path of an item's address, such as `2024/05/my-post`, or its query if it has no path.
fn of_link(link: &Url) -> Option<String> {
    let segments = link.path_segments()?;
    let mut segments: Vec<String> = segments
        .filter(|segment| !segment.is_empty())
        .map(|segment| {
            let text = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
            text.replace('/', "-")
        })
        .collect();
    if let Some(last) = segments.last_mut() {
        for ending in [".html", ".htm", ".php"] {
            if let Some(stem) = last.strip_suffix(ending).filter(|stem| !stem.is_empty()) {
                *last = stem.to_owned();
                break;
            }
        }
    }
    match link.query() {
        Some(query) if segments.is_empty() => Some(of_words(query)),
        None if segments.is_empty() => None,
        _ => Some(segments.join("/")),
    }
}

/// Letters and digits of a `guid` or a title, with `-` between them.
pub(super) fn of_words(text: &str) -> String {
    let mut id = String::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if word.is_empty() {
            continue;
        }
        if id.len() + word.len() > MAX_GUID && !id.is_empty() {
            break;
        }
        if !id.is_empty() {
            id.push('-');
        }
        id.push_str(word);
    }
    id
}

/// Shortens paths to their last segment if only one post has it.
pub(super) fn shorten(mut posts: Vec<Post>) -> Vec<Post> {
    let last = |id: &str| id.rsplit('/').next().unwrap_or_default().to_owned();
    let mut uses: HashMap<String, usize> = HashMap::new();
    for post in &posts {
        *uses.entry(last(&post.id)).or_default() += 1;
    }
    for post in &mut posts {
        let short = last(&post.id);
        post.id = match uses.get(&short) {
            Some(1) => short,
            _ => post.id.replace('/', "-"),
        };
    }
    posts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_makes_a_readable_id() {
        for (link, id) in [
            (
                "https://a.example/2024/05/my-post/",
                Some("2024/05/my-post"),
            ),
            ("https://a.example/my-post.html#x", Some("my-post")),
            ("https://a.example/%C3%A9t%C3%A9?utm=1", Some("été")),
            ("https://a.example/?p=12", Some("p-12")),
            ("https://a.example/", None),
            ("mailto:a@example.org", None),
        ] {
            let url = Url::parse(link).expect("a URL");
            assert_eq!(of_link(&url).as_deref(), id, "{link}");
        }
        assert_eq!(of_words("tag:a.example,2024:7"), "tag-a-example-2024-7");
        assert!(of_words(&"ab ".repeat(200)).len() <= MAX_GUID + 1);
    }
}
