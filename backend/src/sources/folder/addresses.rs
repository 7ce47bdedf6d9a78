//! Where the relative addresses in a folder's posts lead on this site.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use shared::paths;
use url::Url;

use crate::content::address::Addresses;

/// Addresses of the whole folder.
#[derive(Debug)]
pub(super) struct FolderAddresses {
    content: Arc<Content>,
}

#[derive(Debug)]
struct Content {
    images: HashSet<String>,
    /// Ids of posts by their paths.
    posts: HashMap<String, String>,
}

/// The same, as a post in one of its subfolders sees them.
#[derive(Debug)]
pub(super) struct SeenFrom {
    content: Arc<Content>,
    /// The subfolder as a directory of a site, so that a URL parser resolves `.` and `..` and ends
    /// at the root.
    base: Option<Url>,
}

impl FolderAddresses {
    pub(super) fn new(images: HashSet<String>, posts: HashMap<String, String>) -> Self {
        Self {
            content: Arc::new(Content { images, posts }),
        }
    }

    pub(super) fn seen_from(&self, folder: &str) -> SeenFrom {
        let mut path = encode_path(folder);
        if !path.is_empty() {
            path.push('/');
        }
        let base = Url::parse(&format!("http://folder.invalid/{path}")).ok();
        SeenFrom {
            content: Arc::clone(&self.content),
            base,
        }
    }
}

impl SeenFrom {
    /// The path below the folder that an address means.
    fn path(&self, relative: &str) -> Option<String> {
        let url = self.base.as_ref()?.join(relative).ok()?;
        let path = percent_decode_str(url.path()).decode_utf8().ok()?;
        Some(path.trim_start_matches('/').to_owned())
    }
}

impl Addresses for SeenFrom {
    /// Another post of the folder leads to its page, a picture to itself. Anything else stays: it
    /// is an address on the site that the posts were written for, which nobody here knows.
    fn link(&self, relative: &str) -> Option<String> {
        let path = self.path(relative)?;
        if let Some(id) = self.content.posts.get(&path) {
            return Some(paths::blog(id));
        }
        if self.content.images.contains(&path) {
            return Some(media(&path));
        }
        Some(relative.to_owned())
    }

    fn image(&self, relative: &str) -> Option<String> {
        let path = self.path(relative)?;
        // `/img/a.png` is another site's, unless the folder has it.
        if relative.starts_with('/') && !self.content.images.contains(&path) {
            return Some(relative.to_owned());
        }
        Some(media(&path))
    }
}

fn media(path: &str) -> String {
    format!("{}/{}", paths::MEDIA_BASE, encode_path(path))
}

fn encode_path(path: &str) -> String {
    path.split('/')
        .map(paths::encode_segment)
        .collect::<Vec<_>>()
        .join("/")
}
