//! An immutable set of posts: lists, posts, categories, search.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::OnceLock;

use shared::blog::{
    Blog, BlogLink, BlogPage, BlogSummary, CategoryCount, CategoryList, MAX_PER_PAGE,
};
use shared::page::{Freshness, Page};
use shared::paths;
use shared::route::{BlogsQuery, SearchQuery};
use shared::search::{SearchHit, SearchPage};
use unicode_normalization::UnicodeNormalization;

use super::post::Post;
use super::search::SearchIndex;
use super::words::fold;

/// How many related posts a post shows at most.
const MAX_RELATED: usize = 3;

/// Every post of a source at one moment, newest first, those without a date last. In a preview those
/// that are neither public nor dated come first.
///
/// Two snapshots are equal when a reader can't tell them apart, so that equal ones can share memory.
#[derive(Debug)]
pub struct Snapshot {
    /// The posts in lists.
    posts: Vec<Post>,
    positions: HashMap<String, usize>,
    /// Category and tags of each post, folded for comparison.
    names: Vec<Names>,
    /// Unlisted posts, by id.
    unlisted: HashMap<String, Post>,
    /// The id of the post that an old address leads to, by path.
    moved: HashMap<String, String>,
    /// Built at the first search.
    search: OnceLock<SearchIndex>,
}

impl PartialEq for Snapshot {
    fn eq(&self, other: &Self) -> bool {
        self.posts == other.posts && self.unlisted == other.unlisted
    }
}

#[derive(Debug)]
struct Names {
    category: String,
    tags: HashSet<String>,
}

impl Names {
    fn of(post: &Post) -> Self {
        Self {
            category: fold(&post.category),
            tags: post.tags.iter().map(|tag| fold(tag)).collect(),
        }
    }
}

impl Snapshot {
    /// Sorts posts. Equal dates keep the source's order. Of posts with the same id the first one stays;
    /// the others are left out with a warning.
    pub fn new(delivered: Vec<Post>) -> Self {
        let mut posts: Vec<Post> = Vec::with_capacity(delivered.len());
        let mut positions = HashMap::with_capacity(delivered.len());
        let mut unlisted = HashMap::new();
        let mut duplicates = Vec::new();
        for post in delivered {
            if unlisted.contains_key(&post.id) || positions.insert(post.id.clone(), 0).is_some() {
                duplicates.push(post.id);
            } else if post.unlisted {
                positions.remove(&post.id);
                unlisted.insert(post.id.clone(), post);
            } else {
                posts.push(post);
            }
        }
        if let Some(id) = duplicates.first() {
            let count = duplicates.len();
            tracing::warn!(blog.id = id, count, "Skipping posts whose ids are taken");
        }
        // In a preview, posts that are being written come first.
        let is_new = |post: &Post| post.mark.is_some() && post.published_at.is_none();
        posts.sort_by_key(|post| std::cmp::Reverse((is_new(post), post.published_at)));
        for (position, post) in posts.iter().enumerate() {
            positions.insert(post.id.clone(), position);
        }
        Self {
            names: posts.iter().map(Names::of).collect(),
            moved: moved(posts.iter().chain(unlisted.values())),
            posts,
            positions,
            unlisted,
            search: OnceLock::new(),
        }
    }

    /// All posts that lists show, newest first.
    pub fn posts(&self) -> &[Post] {
        &self.posts
    }

    /// The post with this id.
    pub fn post(&self, id: &str) -> Option<&Post> {
        let listed = |id: &str| self.positions.get(id).and_then(|&at| self.posts.get(at));
        listed(id).or_else(|| self.unlisted.get(id)).or_else(|| {
            // A letter can have two encodings (é in NFC and in NFD).
            let id: String = id.nfc().collect();
            listed(&id).or_else(|| self.unlisted.get(&id))
        })
    }

    /// The post that this path once led to, as [`path_key`](super::old_address::path_key) writes it.
    pub fn moved_post(&self, path: &str) -> Option<&Post> {
        self.post(self.moved.get(path)?)
    }

    /// One page of the posts, of one category or with one tag if asked for. Names are compared without
    /// case and accents. Page and size are clamped, never refused.
    pub fn page(&self, query: &BlogsQuery, freshness: Freshness) -> BlogPage {
        let category = query.category.as_deref().map(fold);
        let tag = query.tag.as_deref().map(fold);
        let is_wanted = |names: &Names| {
            category.as_ref().is_none_or(|name| names.category == *name)
                && tag.as_ref().is_none_or(|name| names.tags.contains(name))
        };
        let posts = self.posts.iter().zip(&self.names);
        let mut matching: Vec<&Post> = posts
            .filter_map(|(post, names)| is_wanted(names).then_some(post))
            .collect();
        if query.pinned_first {
            matching.sort_by_key(|post| !post.pinned);
        }
        let (page, per_page) = (query.page, query.per_page);
        let items =
            |range: Range<usize>| matching[range].iter().map(|post| summary(post)).collect();
        page_of(matching.len(), page, per_page, freshness, items)
    }

    /// One page of the posts that match every word of the query, best first, with their matches.
    pub fn search(&self, query: &SearchQuery, freshness: Freshness) -> SearchPage {
        let index = self.search.get_or_init(|| SearchIndex::new(&self.posts));
        let mut matches = index.find(&query.text);
        let total = matches.count();
        let hits = |range| {
            let best = matches.best(range).into_iter();
            best.map(|at| SearchHit {
                summary: summary(&self.posts[at]),
                highlights: matches.highlights(&self.posts[at]),
            })
            .collect()
        };
        page_of(total, query.page, query.per_page, freshness, hits)
    }

    /// A whole post with its neighbours and related posts.
    pub fn blog(&self, id: &str) -> Option<Blog> {
        let post = self.post(id)?;
        let position = self.positions.get(&post.id).copied();
        let beside = |position: Option<usize>| self.posts.get(position?).map(link);
        Some(Blog {
            summary: summary(post),
            content_html: post.content_html.clone(),
            headings: post.headings.clone(),
            tags: post.tags.clone(),
            previous: beside(position.and_then(|at| at.checked_sub(1))),
            next: beside(position.map(|at| at + 1)),
            related: self.related(post),
        })
    }

    /// The categories in use, most used first, equals by name. Spellings that differ only in letter
    /// case, accents or width are one category, named as its newest post names it.
    pub fn categories(&self) -> CategoryList {
        let mut counts: HashMap<String, CategoryCount> = HashMap::new();
        for (post, names) in self.posts.iter().zip(&self.names) {
            counts
                .entry(names.category.clone())
                .or_insert_with(|| CategoryCount {
                    name: post.category.clone(),
                    count: 0,
                })
                .count += 1;
        }
        let mut items: Vec<CategoryCount> = counts.into_values().collect();
        items.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
        CategoryList { items }
    }

    /// Most shared tags first, then those of the same category, newer ones before older ones.
    fn related(&self, post: &Post) -> Vec<BlogSummary> {
        let own = Names::of(post);
        let mut candidates: Vec<(usize, bool, &Post)> = self
            .posts
            .iter()
            .zip(&self.names)
            .filter(|(other, _)| other.id != post.id)
            .map(|(other, names)| {
                let shared_tags = own.tags.intersection(&names.tags).count();
                (shared_tags, names.category == own.category, other)
            })
            .filter(|&(shared_tags, same_category, _)| shared_tags > 0 || same_category)
            .collect();
        candidates.sort_by_key(|&(shared_tags, same_category, _)| {
            std::cmp::Reverse((shared_tags, same_category))
        });
        candidates
            .into_iter()
            .take(MAX_RELATED)
            .map(|(_, _, other)| summary(other))
            .collect()
    }
}

/// The post of each old address. The first post that names an address gets it. Addresses resolved from the
/// site's root come after those that are resolved from the file's folder.
fn moved<'a>(posts: impl Iterator<Item = &'a Post> + Clone) -> HashMap<String, String> {
    let old = posts.flat_map(|post| post.old_addresses.iter().map(move |old| (old, &post.id)));
    let as_written = old.clone().map(|(old, id)| (Some(&old.path), id));
    let from_root = old.map(|(old, id)| (old.path_from_root.as_ref(), id));
    let mut moved = HashMap::new();
    for (path, id) in as_written.chain(from_root) {
        if let Some(path) = path {
            moved.entry(path.clone()).or_insert_with(|| id.clone());
        }
    }
    moved
}

/// A page of so many things, clamped to the range. `items` makes those of a part of them.
fn page_of<T>(
    total: usize,
    page: u32,
    per_page: u32,
    freshness: Freshness,
    items: impl FnOnce(Range<usize>) -> Vec<T>,
) -> Page<T> {
    let per_page = per_page.clamp(1, MAX_PER_PAGE);
    let total_items = count(total);
    let total_pages = total_items.div_ceil(per_page).max(1);
    let page = page.clamp(1, total_pages);
    let first = (page as usize - 1) * per_page as usize;
    let end = (first + per_page as usize).min(total);
    Page {
        items: items(first.min(end)..end),
        page,
        per_page,
        total_items,
        total_pages,
        has_prev: page > 1,
        has_next: page < total_pages,
        freshness,
    }
}

/// A post as lists show it.
pub fn summary(post: &Post) -> BlogSummary {
    BlogSummary {
        id: post.id.clone(),
        title: post.title.clone(),
        subtitle: post.subtitle.clone(),
        summary: post.summary.clone(),
        category: post.category.clone(),
        author: post.author.clone(),
        featured_image: post.featured_image.clone(),
        featured_image_srcset: post.featured_image_srcset.clone(),
        published_at: post.published_at.map(|moment| moment.to_string()),
        published_label: post.published_label.clone(),
        reading_minutes: post.reading_minutes,
        url: paths::blog(&post.id),
        mark: post.mark.as_ref().map(ToString::to_string),
    }
}

fn link(post: &Post) -> BlogLink {
    BlogLink {
        id: post.id.clone(),
        title: post.title.clone(),
        url: paths::blog(&post.id),
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
