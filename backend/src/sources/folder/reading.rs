//! One reading of a folder: files, authors and ids become posts.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use lol_html::{RewriteStrSettings, element, rewrite_str};
use shared::paths;

use super::addresses::FolderAddresses;
use super::ids;
use super::listing::Listing;
use crate::content::address::Addresses;
use crate::content::fields::Fields;
use crate::content::front_matter;
use crate::content::post::Post;
use crate::content::raw_post::Anchors;
use crate::content::record::Visibility;
use crate::sources::SourceError;
use crate::sources::markdown_file::{Authors, MarkdownFile};

/// Larger files, in bytes, are not read as posts.
pub(super) const MAX_POST_SIZE: u64 = 4 * 1024 * 1024;

/// How many lines of a front matter that can't be read are searched for its slug.
const MAX_SLUG_LINES: usize = 50;

/// The content of a folder.
#[derive(Debug, Default)]
pub(super) struct FolderContents {
    pub(super) posts: Vec<Post>,
    pub(super) skipped: Vec<SkippedFile>,
    /// A line for each file whose preferred id belongs to another file.
    pub(super) duplicates: Vec<String>,
    /// Files that name no title.
    pub(super) untitled: Vec<String>,
    /// Notes to the author, a line each.
    pub(super) notes: Vec<String>,
    /// The files beside the posts that they link to.
    pub(super) linked: HashSet<String>,
    /// The posts' ids by the paths of their files.
    pub(super) ids: HashMap<String, String>,
}

/// Which files are shown as posts.
#[derive(Debug, Clone)]
pub(super) enum Shown {
    /// Those that are public at this moment.
    PublicAt(Timestamp),
    /// Those that are public at any time.
    Whenever,
    /// All files: with a mark if they are not public, and with the error if they can't be read.
    Preview {
        /// The time at which they must be public to have no mark.
        now: Timestamp,
        /// The ids of an earlier reading by path, for files that can't be read any more.
        known_ids: HashMap<String, String>,
    },
}

/// A file that should be a post, but can't be read.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SkippedFile {
    /// Its path below the folder.
    pub(super) file: String,
    /// The reason, with the line if it is known.
    pub(super) reason: String,
}

/// Reads the posts of a folder.
pub(super) fn read_folder(root: &Path, shown: &Shown) -> Result<FolderContents, SourceError> {
    let previews = matches!(shown, Shown::Preview { .. });
    let listing = Listing::of(root, previews).map_err(|error| {
        SourceError::Unreachable(format!(
            "the folder {} can't be read: {error}",
            root.display()
        ))
    })?;
    let mut reading = FolderContents::default();
    let files = read_files(root, &listing, shown, &mut reading);
    let authors = read_authors(root, &listing, &mut reading.skipped);
    let ids = ids::assign(&files);
    reading.duplicates = ids.duplicates;
    let addresses = FolderAddresses::new(&listing.media, &ids.by_path);
    render(files, &ids.by_path, &authors, &addresses, &mut reading);
    if !previews {
        reading.posts.retain(|post| post.mark.is_none());
    }
    reading.ids = ids.by_path;
    Ok(reading)
}

/// All files that are shown.
fn read_files(
    root: &Path,
    listing: &Listing,
    shown: &Shown,
    reading: &mut FolderContents,
) -> Vec<MarkdownFile> {
    let mut files = Vec::new();
    for path in &listing.posts {
        let text = read_text(&root.join(path)).map_err(|error| error.to_string());
        let parsed = text.as_ref().map_err(String::clone).and_then(|text| {
            MarkdownFile::parse(path.clone(), text).map_err(|error| error.to_string())
        });
        let mut file = match parsed {
            Ok(file) => file,
            Err(reason) => {
                if let Shown::Preview { known_ids, .. } = shown {
                    let slug = known_ids.get(path).cloned();
                    let slug = slug.or_else(|| slug_line(text.as_deref().unwrap_or_default()));
                    files.push(MarkdownFile::broken(path.clone(), slug, &reason));
                }
                reading.skipped.push(SkippedFile {
                    file: path.clone(),
                    reason,
                });
                continue;
            }
        };
        match shown {
            Shown::Preview { now, .. } => file.mark = file.mark_at(*now),
            _ if file.record.visibility == Visibility::Hidden => continue,
            Shown::PublicAt(now) if !file.is_public_at(*now) => {
                let note = format!("{path} is not public now, by its date");
                reading.notes.push(note);
                continue;
            }
            _ => {}
        }
        files.push(file);
    }
    files
}

/// The slug in a front matter that can't be read as a whole.
fn slug_line(text: &str) -> Option<String> {
    let mut lines = text.lines().take(MAX_SLUG_LINES);
    let slug = lines.find_map(|line| line.strip_prefix("slug"))?;
    let slug = slug.trim_start().strip_prefix([':', '='])?;
    let slug = slug.trim().trim_matches(['"', '\'']);
    (!slug.is_empty()).then(|| slug.to_owned())
}

fn render(
    files: Vec<MarkdownFile>,
    ids: &HashMap<String, String>,
    authors: &HashMap<String, Authors>,
    addresses: &FolderAddresses,
    reading: &mut FolderContents,
) {
    let no_authors = Authors::new();
    let mut anchors: HashMap<String, Anchors> = HashMap::new();
    let mut with_links_to_parts = Vec::new();
    // For each kind of tag, the first file and how many files have it.
    let mut unread: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for file in files {
        let authors = table_for(&file.path, authors).unwrap_or(&no_authors);
        let seen = Arc::new(addresses.seen_from(&file.path));
        let site: Arc<dyn Addresses> = Arc::clone(&seen) as Arc<dyn Addresses>;
        let path = file.path.clone();
        let id = ids.get(&path).cloned().unwrap_or_else(|| file.path_id());
        match file.into_post(id.clone(), authors, &site) {
            Ok(rendered) => {
                for kind in rendered.unread {
                    unread.entry(kind).or_insert_with(|| (path.clone(), 0)).1 += 1;
                }
                if rendered.is_untitled {
                    reading.untitled.push(path.clone());
                }
                reading.linked.extend(seen.linked());
                if seen.leads_to_parts() {
                    with_links_to_parts.push(reading.posts.len());
                }
                anchors.insert(paths::blog(&rendered.post.id), rendered.anchors);
                reading.posts.push(rendered.post);
            }
            Err(error) => {
                let reason = error.to_string();
                let broken = MarkdownFile::broken(path.clone(), None, &reason);
                let told = broken.into_post(id, authors, &site);
                reading.posts.extend(told.ok().map(|told| told.post));
                reading.skipped.push(SkippedFile { file: path, reason });
            }
        }
    }
    for at in with_links_to_parts {
        link_parts(&mut reading.posts[at], &anchors);
    }
    reading
        .notes
        .extend(unread.into_iter().map(|(kind, (file, count))| {
            let others = match count {
                1 => String::new(),
                count => format!(" and {} more files", count - 1),
            };
            format!("{file}{others}: {kind} is not read and stands in the text as code")
        }));
}

/// The table of authors in the post's folder, else in the nearest one above.
fn table_for<'a>(path: &str, tables: &'a HashMap<String, Authors>) -> Option<&'a Authors> {
    let above = path.rmatch_indices('/').map(|(at, _)| &path[..at]);
    above.chain([""]).find_map(|folder| tables.get(folder))
}

/// Changes links to parts of other posts to the ids that those parts have here.
fn link_parts(post: &mut Post, anchors: &HashMap<String, Anchors>) {
    let point = element!("a[href]", |link| {
        let Some(address) = link.get_attribute("href") else {
            return Ok(());
        };
        let target = address.split_once('#').and_then(|(page, fragment)| {
            let id = anchors.get(page)?.target(fragment)?;
            Some(format!("{page}#{id}"))
        });
        if let Some(target) = target {
            link.set_attribute("href", &target)?;
        }
        Ok(())
    });
    let settings = RewriteStrSettings::new().append_element_content_handler(point);
    match rewrite_str(&post.content_html, settings) {
        Ok(html) => post.content_html = html,
        Err(error) => tracing::warn!(
            blog.id = post.id,
            "Can't resolve links to parts of other posts: {error}"
        ),
    }
}

/// Reads the tables of authors (Docusaurus's `authors.yml`), by their folders.
fn read_authors(
    root: &Path,
    listing: &Listing,
    skipped: &mut Vec<SkippedFile>,
) -> HashMap<String, Authors> {
    let mut tables = HashMap::new();
    for path in &listing.authors {
        let parsed = read_text(&root.join(path))
            .map_err(|error| error.to_string())
            .and_then(|text| {
                front_matter::parse_yaml_fields(&text).map_err(|error| error.to_string())
            });
        match parsed {
            Ok(table) => {
                let fields = Fields(&table);
                let authors: Authors = table
                    .keys()
                    .filter_map(|key| {
                        Some((key.clone(), fields.people(&[key]).into_iter().next()?))
                    })
                    .collect();
                let (folder, _) = path.rsplit_once('/').unwrap_or_default();
                tables.insert(folder.to_owned(), authors);
            }
            Err(reason) => skipped.push(SkippedFile {
                file: path.clone(),
                reason,
            }),
        }
    }
    tables
}

fn read_text(path: &Path) -> io::Result<String> {
    let bytes = read_bounded(path, MAX_POST_SIZE)?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|&&byte| byte == b'\n').count() + 1;
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("line {line}: this is no UTF-8"),
        )
    })
}

/// Reads a file.
///
/// # Errors
/// When the file can't be read, or is larger than `limit` bytes.
pub(super) fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?
        .take(limit + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}
