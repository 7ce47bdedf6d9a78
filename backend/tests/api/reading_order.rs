//! The reading order: a room imports only rooms to its right, and in no crate do files or folders import
//! each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// Each module's place in the order that ARCHITECTURE.md states, in the block that begins with `main →`.
fn order() -> BTreeMap<String, usize> {
    let page = Path::new(SOURCE).join("../../ARCHITECTURE.md");
    let text = fs::read_to_string(page).expect("ARCHITECTURE.md");
    let (_, rest) = text.split_once("    main →").expect("the order");
    let (block, _) = rest.split_once("\n\n").expect("the end of the block");
    let steps = format!("main →{block}");
    let mut places = BTreeMap::new();
    for (place, step) in steps.split('→').enumerate() {
        for room in step.split(',') {
            places.insert(room.trim().to_owned(), place);
        }
    }
    places
}

/// A file's place in its crate: `["store", "postgres"]` for `store/postgres/mod.rs`.
type Module = Vec<String>;

/// The files below a folder. The crate's own root is none of them.
fn modules(source: &Path) -> BTreeMap<Module, PathBuf> {
    let mut found = BTreeMap::new();
    let mut folders = vec![source.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(source).expect("inside");
            let Some(name) = relative.to_str().and_then(|name| name.strip_suffix(".rs")) else {
                continue;
            };
            let name = name.trim_end_matches("/mod");
            if name != "lib" {
                found.insert(name.split('/').map(str::to_owned).collect(), path);
            }
        }
    }
    found
}

/// The paths into its own crate that a file names, each with the number of its line. A path of a list
/// in braces ends before the brace.
fn imports(module: &Module, file: &Path) -> Vec<(usize, Module)> {
    let text = fs::read_to_string(file).expect("readable");
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or_default();
        let code = code.replace("flashblog::", "crate::");
        for word in code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            let mut steps = word.split("::").peekable();
            let mut path = match steps.next() {
                Some("crate") => Vec::new(),
                Some("super") => module[..module.len() - 1].to_vec(),
                _ => continue,
            };
            while steps.next_if_eq(&"super").is_some() {
                path.pop();
            }
            path.extend(steps.map(str::to_owned));
            found.push((number + 1, path));
        }
    }
    found
}

#[test]
fn imports_follow_the_reading_order() {
    let order = order();
    let mut wrong = Vec::new();
    let mut read = 0;
    for (module, file) in modules(Path::new(SOURCE)) {
        let room = &module[0];
        let here = *order
            .get(room)
            .unwrap_or_else(|| panic!("{room} is in no place of the order"));
        for (line, path) in imports(&module, &file) {
            let Some((name, there)) = path.first().and_then(|name| order.get_key_value(name))
            else {
                continue;
            };
            read += 1;
            if name != room && *there <= here {
                wrong.push(format!("{}:{line} uses {name}", file.display()));
            }
        }
    }
    assert!(read > 100, "the imports were read: {read}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A folder's own file (`mod.rs`) names its parts, and they may use what it holds.
#[test]
fn nothing_imports_itself_by_way_of_its_neighbours() {
    let mut uses: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for part in ["backend", "shared", "frontend", "xtask", "e2e"] {
        let source = Path::new(SOURCE).join("../..").join(part).join("src");
        let modules = modules(&source);
        let files = modules.iter().filter(|(module, _)| {
            let name = module.last().expect("a name");
            !name.ends_with("tests") && !module.contains(&"tests".to_owned())
        });
        for (module, file) in files {
            for (_, mut path) in imports(module, file) {
                while !path.is_empty() && !modules.contains_key(&path) {
                    path.pop();
                }
                let shared = module.iter().zip(&path).take_while(|(a, b)| a == b).count();
                if shared < module.len() && shared < path.len() {
                    let named = |module: &Module| {
                        let steps = module[..=shared].iter();
                        [part.to_owned()].iter().chain(steps).cloned().collect()
                    };
                    uses.entry(named(module)).or_default().insert(named(&path));
                }
            }
        }
    }
    assert!(uses.len() > 100, "the imports were read: {}", uses.len());
    // What uses nothing that is left is in no circle.
    loop {
        let left: BTreeSet<Module> = uses.keys().cloned().collect();
        for used in uses.values_mut() {
            used.retain(|module| left.contains(module));
        }
        uses.retain(|_, used| !used.is_empty());
        if uses.len() == left.len() {
            break;
        }
    }
    let circles: Vec<String> = uses
        .iter()
        .map(|(module, used)| {
            let used: Vec<String> = used.iter().map(|module| module.join("/")).collect();
            format!("{} uses {}", module.join("/"), used.join(", "))
        })
        .collect();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}
