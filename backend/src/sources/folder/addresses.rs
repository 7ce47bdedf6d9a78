//! Where the relative addresses in a folder's posts lead on this site.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use shared::paths;
use unicode_normalization::UnicodeNormalization;
use url::Url;

use crate::content::address::Addresses;

/// The prefix of a link that starts at the root of the folder, as in Zola.
const ROOT: &str = "@/";
/// The prefix of a link to a name anywhere in the folder: Hugo's `ref`, Jekyll's `post_url`.
const ANYWHERE: &str = "@ref/";
/// Pelican's prefixes, as authors write them and as Markdown encodes them. A path that begins with `/`
/// after one starts at the root of the content.
const PELICAN: [&str; 6] = [
    "{filename}",
    "{static}",
    "{attach}",
    "%7Bfilename%7D",
    "%7Bstatic%7D",
    "%7Battach%7D",
];
/// Folders whose files other generators serve from the root of the site.
const STATIC_FOLDERS: [&str; 3] = ["static/", "public/", "source/"];
/// Endings that a path may leave out.
const ENDINGS: [&str; 7] = [
    "",
    ".md",
    ".markdown",
    ".mdx",
    "/index.md",
    "/index.mdx",
    "/_index.md",
];

/// Addresses of the whole folder.
#[derive(Debug)]
pub(super) struct FolderAddresses {
    content: Arc<Content>,
}

/// Keys are paths in NFC: a file system may spell a name in NFD that a post spells in NFC.
#[derive(Debug)]
struct Content {
    /// Paths of files beside the posts, as they are spelled on disk.
    media: HashMap<String, String>,
    /// Ids of posts by their paths.
    posts: HashMap<String, String>,
    /// Ids of posts by their names without ending; `None` if several posts have the name.
    names: HashMap<String, Option<String>>,
}

/// Resolves the addresses in one post.
#[derive(Debug)]
pub(super) struct SeenFrom {
    content: Arc<Content>,
    /// The post's own path.
    path: String,
    /// The post's folder as a URL. So the URL parser resolves `.` and `..`, and never leaves the root.
    base: Option<Url>,
    leads_to_parts: AtomicBool,
    /// Files beside the posts that a link leads to.
    linked: Mutex<Vec<String>>,
}

impl FolderAddresses {
    /// `posts` are ids by path.
    pub(super) fn new(media: &[String], posts: &HashMap<String, String>) -> Self {
        let mut names: HashMap<String, Option<String>> = HashMap::new();
        for (path, id) in posts {
            let stem = nfc(path.rsplit_once('.').map_or(path, |(stem, _)| stem));
            let stem = stem.strip_suffix("/index").unwrap_or(&stem);
            let name = stem.rsplit('/').next().unwrap_or(stem);
            names
                .entry(name.to_owned())
                .and_modify(|known| *known = None)
                .or_insert_with(|| Some(id.clone()));
        }
        Self {
            content: Arc::new(Content {
                media: media.iter().map(|path| (nfc(path), path.clone())).collect(),
                posts: posts
                    .iter()
                    .map(|(path, id)| (nfc(path), id.clone()))
                    .collect(),
                names,
            }),
        }
    }

    pub(super) fn seen_from(&self, path: &str) -> SeenFrom {
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        let mut folder = encode_path(folder);
        if !folder.is_empty() {
            folder.push('/');
        }
        SeenFrom {
            content: Arc::clone(&self.content),
            path: nfc(path),
            base: Url::parse(&format!("http://folder.invalid/{folder}")).ok(),
            leads_to_parts: AtomicBool::new(false),
            linked: Mutex::default(),
        }
    }
}

impl Content {
    /// The path and the id of the post at a path, which may leave out its ending.
    fn post(&self, path: &str) -> Option<(&str, &str)> {
        let path = path.trim_end_matches('/');
        ENDINGS.iter().find_map(|ending| {
            let (path, id) = self.posts.get_key_value(&format!("{path}{ending}"))?;
            Some((path.as_str(), id.as_str()))
        })
    }

    /// Like [`Content::post`] for a path from a root that may be above the folder.
    fn post_below(&self, path: &str) -> Option<(&str, &str)> {
        let mut rest = path.trim_start_matches('/');
        loop {
            if let Some(post) = self.post(rest) {
                return Some(post);
            }
            (_, rest) = rest.split_once('/')?;
        }
    }

    fn post_named(&self, path: &str) -> Option<&str> {
        let name = path.trim_end_matches('/').rsplit('/').next()?;
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        [name, stem]
            .iter()
            .find_map(|name| self.names.get(*name)?.as_deref())
    }
}

impl SeenFrom {
    /// Whether a link led to a part of another post, whose ids are only known when that is rendered.
    pub(super) fn leads_to_parts(&self) -> bool {
        self.leads_to_parts.load(Ordering::Relaxed)
    }

    /// The files that links of the post led to.
    pub(super) fn linked(&self) -> Vec<String> {
        std::mem::take(&mut self.linked.lock())
    }

    /// The paths that a path from the root of a site may mean: that root may be any folder above the
    /// post.
    fn under_roots<'a>(&'a self, path: &'a str) -> impl Iterator<Item = String> + 'a {
        let above = self
            .path
            .match_indices('/')
            .map(|(at, _)| &self.path[..=at]);
        let roots = std::iter::once("").chain(STATIC_FOLDERS).chain(above);
        let path = path.trim_start_matches('/');
        roots.map(move |root| format!("{root}{path}"))
    }

    /// A file beside the posts, as it is spelled on disk.
    fn file(&self, address: &str) -> Option<&String> {
        let path = self.path(address.strip_prefix(ROOT).unwrap_or(address))?;
        let media = &self.content.media;
        if address.starts_with('/') || address.starts_with(ROOT) {
            return self.under_roots(&path).find_map(|path| media.get(&path));
        }
        media.get(&path)
    }

    /// The path below the folder that an address leads to.
    fn path(&self, relative: &str) -> Option<String> {
        let url = self.base.as_ref()?.join(relative).ok()?;
        let path = percent_decode_str(url.path()).decode_utf8().ok()?;
        Some(nfc(path.trim_start_matches('/')))
    }

    /// The path, if known, and the id of the post that an address leads to. The address has no fragment.
    fn post(&self, address: &str) -> Option<(Option<&str>, &str)> {
        let known = |(path, id)| (Some(path), id);
        let from_root = |path: &str| {
            let known_root = self
                .under_roots(path)
                .find_map(|path| self.content.post(&path));
            known_root.or_else(|| self.content.post_below(path))
        };
        if let Some(path) = address.strip_prefix(ROOT) {
            return from_root(&self.path(&format!("/{path}"))?).map(known);
        }
        if let Some(name) = address.strip_prefix(ANYWHERE) {
            let beside = self.content.post(&self.path(name)?);
            let path = self.path(&format!("/{name}"))?;
            return beside
                .or_else(|| self.content.post_below(&path))
                .map(known)
                .or_else(|| Some((None, self.content.post_named(&path)?)));
        }
        let path = self.path(address)?;
        if address.starts_with('/') {
            // The address is a page of the old site, unless it names a file.
            let is_file = path.rsplit('/').next()?.contains(".md");
            return from_root(&path).filter(|_| is_file).map(known);
        }
        self.content.post(&path).map(known)
    }
}

impl Addresses for SeenFrom {
    /// A link to another post of the folder leads to its page here, a link to a file to the file. Any
    /// other link stays: it is for the site that the posts were written for.
    fn link(&self, relative: &str) -> Option<String> {
        let plain = without_sign(relative);
        let (address, fragment) = plain.split_once('#').unwrap_or((&plain, ""));
        let (address, _query) = address.split_once('?').unwrap_or((address, ""));
        let with_fragment = |url: String| match fragment {
            "" => url,
            fragment => format!("{url}#{fragment}"),
        };
        if let Some((path, id)) = self.post(address) {
            if path == Some(&self.path) && !fragment.is_empty() {
                return Some(format!("#{fragment}"));
            }
            self.leads_to_parts
                .fetch_or(!fragment.is_empty(), Ordering::Relaxed);
            return Some(with_fragment(paths::blog(id)));
        }
        if let Some(file) = self.file(address) {
            self.linked.lock().push(file.clone());
            return Some(with_fragment(media(file)));
        }
        Some(relative.to_owned())
    }

    fn image(&self, relative: &str) -> Option<String> {
        let plain = without_sign(relative);
        match self.file(&plain) {
            Some(file) => Some(media(file)),
            // `/img/a.png` belongs to another site, unless the folder has it.
            None if relative.starts_with('/') => Some(relative.to_owned()),
            None => Some(media(&self.path(&plain)?)),
        }
    }
}

/// An address without Pelican's prefix.
fn without_sign(address: &str) -> Cow<'_, str> {
    let path = PELICAN.iter().find_map(|sign| address.strip_prefix(sign));
    match path {
        Some(path) => match path.strip_prefix('/') {
            Some(from_root) => format!("{ROOT}{from_root}").into(),
            None => path.into(),
        },
        None => address.into(),
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

fn nfc(path: &str) -> String {
    path.nfc().collect()
}
