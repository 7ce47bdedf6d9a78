//! The ids of a folder's posts: each file gets a unique one, which stays the same after a restart.

use std::collections::{HashMap, HashSet};

use crate::content::mark::Mark;
use crate::sources::markdown_file::MarkdownFile;

/// Ids by path, and a line for each file whose preferred id belongs to another file.
#[derive(Debug, Default)]
pub(super) struct Ids {
    pub(super) by_path: HashMap<String, String>,
    pub(super) duplicates: Vec<String>,
}

/// Gives each file its preferred id. When several files prefer the same one, a file outside of subfolders
/// keeps it, and the others get their whole paths. If that is taken, too, a number is added. Public files
/// go before those that only a preview shows.
pub(super) fn assign(files: &[MarkdownFile]) -> Ids {
    let is_public = |file: &&MarkdownFile| matches!(file.mark, None | Some(Mark::Error));
    let (public, marked): (Vec<&MarkdownFile>, Vec<&MarkdownFile>) =
        files.iter().partition(is_public);
    let mut ids = Ids::default();
    let mut owners = HashMap::new();
    add(&public, &mut ids, &mut owners);
    add(&marked, &mut ids, &mut owners);
    ids
}

/// Gives ids that have no owner yet.
fn add(files: &[&MarkdownFile], ids: &mut Ids, owners: &mut HashMap<String, String>) {
    let mut uses: HashMap<String, usize> = HashMap::new();
    for file in files {
        *uses.entry(file.preferred_id()).or_default() += 1;
    }
    let keeps = |file: &&MarkdownFile| {
        let is_alone = uses.get(&file.preferred_id()) == Some(&1);
        is_alone || !file.path.contains('/')
    };
    let (mut first, others): (Vec<&MarkdownFile>, Vec<&MarkdownFile>) =
        files.iter().copied().partition(keeps);
    // `a.md` before `a.markdown`, and both before a file that only names `a` in its front matter.
    first.sort_by_key(|file| (!file.is_named(&file.preferred_id()), file.path.len()));

    let kept: HashSet<&str> = first.iter().map(|file| file.path.as_str()).collect();
    for file in first.iter().chain(&others) {
        let wanted = file.preferred_id();
        let mut id = if kept.contains(file.path.as_str()) {
            wanted.clone()
        } else {
            file.path_id()
        };
        let mut number = 1;
        let mut owner = None;
        while let Some(other) = owners.get(&id) {
            owner.get_or_insert_with(|| (id.clone(), other.clone()));
            number += 1;
            id = match number {
                2 if id != file.path_id() => file.path_id(),
                _ => format!("{}-{number}", file.path_id()),
            };
        }
        let has_own_slug = file.record.slug.is_some() && !kept.contains(file.path.as_str());
        if owner.is_none() && has_own_slug {
            ids.duplicates.push(format!(
                "{} has the address `{id}`, since it is not the only file with the slug `{wanted}`",
                file.path
            ));
        }
        if let Some((taken, other)) = owner {
            ids.duplicates.push(format!(
                "{} has the address `{id}`, since {other} has `{taken}`; give one of them a slug of its own",
                file.path
            ));
        }
        owners.insert(id.clone(), file.path.clone());
        ids.by_path.insert(file.path.clone(), id);
    }
}
