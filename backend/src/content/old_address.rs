//! Old addresses of posts and pages: Hugo's and Zola's `aliases`, Jekyll's `redirect_from`.

use serde::{Deserialize, Serialize};
use shared::paths::{encode_segment, percent_decode};
use unicode_normalization::UnicodeNormalization;
use url::Url;

/// An address that once led to a post or page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldAddress {
    /// The path, in the form that [`path_key`] returns.
    pub path: String,
    /// The same address resolved from the site's root, if that differs: Hugo resolves a relative address
    /// from the file's folder, Zola from the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_from_root: Option<String>,
}

impl OldAddress {
    /// Reads the addresses of a file in `folder`, a path below the site's root. Only the path of an absolute
    /// address counts. An address with a query is left out: its path is often the home page (`/?p=12`).
    pub fn all(addresses: &[String], folder: &str) -> Vec<Self> {
        let read = |address: &String| Self::read(address, folder);
        addresses.iter().filter_map(read).collect()
    }

    fn read(address: &str, folder: &str) -> Option<Self> {
        let path = resolved(address, folder)?;
        let from_root = resolved(address, "").filter(|from_root| *from_root != path);
        Some(Self {
            path,
            path_from_root: from_root,
        })
    }
}

fn resolved(address: &str, folder: &str) -> Option<String> {
    let mut base = Url::parse("http://old.invalid/").ok()?;
    base.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(folder.split('/').filter(|segment| !segment.is_empty()))
        .push("");
    let url = base.join(address.trim()).ok()?;
    let is_path = matches!(url.scheme(), "http" | "https") && url.query().is_none();
    is_path.then(|| path_key(url.path()))
}

/// A path in the form for comparing: decoded, in NFC, without a slash or `index.html` at its end. Letter
/// case counts.
pub fn path_key(path: &str) -> String {
    let path = path.strip_suffix("/index.html").unwrap_or(path);
    let path = percent_decode(path.trim_matches('/'));
    format!("/{}", path.nfc())
}

/// The address of a path that [`path_key`] wrote.
pub fn encoded(path: &str) -> String {
    let segments: Vec<String> = path.split('/').map(encode_segment).collect();
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str, folder: &str) -> Option<(String, Option<String>)> {
        let old = OldAddress::read(address, folder)?;
        Some((old.path, old.path_from_root))
    }

    #[test]
    fn addresses_of_all_generators_are_paths() {
        for (address, path) in [
            ("/2019/03/Old-Name/", "/2019/03/Old-Name"),
            ("/old.html", "/old.html"),
            ("/old/index.html", "/old"),
            ("/my-index.html", "/my-index.html"),
            ("https://other.example/a/b/", "/a/b"),
            ("//other.example/a", "/a"),
            ("/caf%C3%A9", "/café"),
            ("/cafe\u{301}", "/café"),
            ("/a b#part", "/a b"),
            ("/", "/"),
        ] {
            assert_eq!(
                read(address, "posts"),
                Some((path.into(), None)),
                "{address}"
            );
        }
        for address in ["/?p=12", "mailto:me@example.org", "http://"] {
            assert_eq!(read(address, "posts"), None, "{address}");
        }
    }

    #[test]
    fn a_relative_address_starts_at_the_folder_or_at_the_root() {
        let of = |path: &str, root: &str| Some((path.to_owned(), Some(root.to_owned())));
        assert_eq!(read("old", "my posts"), of("/my posts/old", "/old"));
        assert_eq!(read("../old/", "a/b"), of("/a/old", "/old"));
        assert_eq!(read("blog/old", "blog"), of("/blog/blog/old", "/blog/old"));
        assert_eq!(read("old", ""), Some(("/old".into(), None)));
    }

    #[test]
    fn a_path_can_be_an_address_again() {
        assert_eq!(encoded("/a b/é"), "/a%20b/%C3%A9");
    }
}
