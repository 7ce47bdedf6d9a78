//! Changes links between the posts and pages of an upstream site, so that they lead to those on this site.

use std::collections::HashMap;

use shared::paths;
use url::Url;

use super::site_info::{SiteInfo, SourcePage};
use super::walk::Listed;
use crate::content::post::Post;

/// Changes the links between all posts and pages to their addresses on this site. Links to other
/// addresses at the source stay as they are.
pub(super) fn keep_links_here(posts: &mut [Post], listed: &[Listed], site: Option<&mut SiteInfo>) {
    let mut nowhere = SiteInfo::default();
    let pages = &mut site.unwrap_or(&mut nowhere).pages;
    let mut here = Here::default();
    for post in posts.iter() {
        here.texts.insert(paths::blog(&post.id), &post.content_html);
    }
    for Listed { address, id } in listed {
        here.add(address, paths::blog(id));
    }
    for SourcePage { page, address, .. } in pages.iter() {
        let path = format!("/{}", paths::encode_segment(&page.slug));
        here.texts.insert(path.clone(), &page.content_html);
        here.add(address.as_deref().unwrap_or_default(), path);
    }
    let of_posts: Vec<_> = posts
        .iter()
        .map(|post| here.html(&post.content_html))
        .collect();
    let of_pages = pages.iter().map(|page| here.html(&page.page.content_html));
    let of_pages: Vec<_> = of_pages.collect();
    for (post, html) in posts.iter_mut().zip(of_posts) {
        replace(&mut post.content_html, html);
    }
    for (page, html) in pages.iter_mut().zip(of_pages) {
        replace(&mut page.page.content_html, html);
    }
}

fn replace(html: &mut String, changed: Option<String>) {
    if let Some(changed) = changed {
        *html = changed;
    }
}

/// The posts and pages of this site.
#[derive(Default)]
struct Here<'a> {
    /// Addresses on this site by those at the source.
    by_address: HashMap<String, String>,
    /// The HTML at each address on this site.
    texts: HashMap<String, &'a str>,
}

impl Here<'_> {
    fn add(&mut self, address: &str, path: String) {
        if let Some(key) = Url::parse(address).ok().as_ref().and_then(key) {
            self.by_address.entry(key).or_insert(path);
        }
    }

    /// The HTML with its links changed; `None` if none changes.
    fn html(&self, html: &str) -> Option<String> {
        const HREF: &str = " href=\"http";
        let mut changed = String::new();
        let mut copied = 0;
        for (at, _) in html.match_indices(HREF) {
            let start = at + HREF.len() - "http".len();
            let length = html[start..].find('"').unwrap_or_default();
            if !is_in_link(&html[..at]) {
                continue;
            }
            if let Some(target) = self.target(&html[start..start + length]) {
                changed.push_str(&html[copied..start]);
                changed.push_str(&target);
                copied = start + length;
            }
        }
        if copied == 0 {
            return None;
        }
        changed.push_str(&html[copied..]);
        Some(changed)
    }

    /// The address on this site that a link leads to.
    fn target(&self, address: &str) -> Option<String> {
        let url = Url::parse(&address.replace("&amp;", "&")).ok()?;
        let path = self.by_address.get(&key(&url)?)?;
        let part = url.fragment().and_then(|part| self.part(path, part));
        Some(match part {
            Some(part) => format!("{path}#{part}"),
            None => path.clone(),
        })
    }

    /// The id of a part of a text on this site, where ids have a prefix.
    fn part(&self, path: &str, name: &str) -> Option<String> {
        let text = self.texts.get(path)?;
        let name = paths::percent_decode(name);
        // Quotes would end the link's attribute.
        let is_name = |c: char| c.is_alphanumeric() || "-_.:".contains(c);
        if !name.chars().all(is_name) {
            return None;
        }
        let names = ["c-", "h-", ""].map(|prefix| format!("{prefix}{name}"));
        names
            .into_iter()
            .find(|name| text.contains(&format!(" id=\"{name}\"")))
    }
}

/// The part of an address that identifies a page: all but the scheme, `www.`, the last slash and the
/// fragment.
fn key(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    let query = url.query().map(|query| format!("?{query}"));
    if path.is_empty() && query.is_none() {
        return None;
    }
    Some(format!(
        "{host}{}{path}{}",
        port.unwrap_or_default(),
        query.unwrap_or_default()
    ))
}

/// Whether `before` ends within the tag of a link. In sanitised HTML every `<` begins a tag.
fn is_in_link(before: &str) -> bool {
    let tag = before.rfind('<').map(|at| &before[at..]);
    tag.is_some_and(|tag| !tag.contains('>') && (tag == "<a" || tag.starts_with("<a ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_what_is_here_stay_here() {
        let mut here = Here::default();
        here.texts.insert(
            "/blogs/one".into(),
            "<h2 id=\"h-part\">Part</h2> id=\"c-x\" onclick=\"y\"",
        );
        here.add("https://blog.example/2024/one/", "/blogs/one".into());
        here.add("https://blog.example/?p=2", "/blogs/2".into());
        here.add("https://blog.example/", "/blogs/front".into());
        here.add("no address", "/blogs/x".into());
        for (html, expected) in [
            (
                "<p><a href=\"https://blog.example/2024/one\" rel=\"noopener\">1</a> <a id=\"c-x\" href=\"http://www.blog.example/2024/one/#part\">2</a></p>",
                Some(
                    "<p><a href=\"/blogs/one\" rel=\"noopener\">1</a> <a id=\"c-x\" href=\"/blogs/one#h-part\">2</a></p>",
                ),
            ),
            (
                "<a href=\"https://blog.example/?p=2#gone\">2</a>",
                Some("<a href=\"/blogs/2\">2</a>"),
            ),
            (
                "<a href=\"https://blog.example/2024/one#x%22%20onclick=%22y\">x</a>",
                Some("<a href=\"/blogs/one\">x</a>"),
            ),
            ("<a href=\"https://blog.example/2024/\">archive</a>", None),
            ("<a href=\"https://blog.example/\">home</a>", None),
            (
                "<a href=\"https://other.example/2024/one/\">other</a>",
                None,
            ),
            (
                "<code>&lt;a href=\"https://blog.example/2024/one/\"&gt;</code>",
                None,
            ),
            ("<a>x href=\"https://blog.example/2024/one/\"</a>", None),
        ] {
            assert_eq!(here.html(html).as_deref(), expected, "{html}");
        }
    }
}
