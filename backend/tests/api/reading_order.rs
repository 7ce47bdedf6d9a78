//! The reading order of `backend/src`: a module imports only modules to its right.

use std::collections::BTreeMap;
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

fn source_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_follow_the_reading_order() {
    let order = order();
    let mut files = Vec::new();
    source_files(Path::new(SOURCE), &mut files);
    let mut wrong = Vec::new();
    let mut imports = 0;
    for file in files {
        let relative = file.strip_prefix(SOURCE).expect("inside");
        let first = relative.components().next().expect("a name").as_os_str();
        let room = first.to_string_lossy().trim_end_matches(".rs").to_owned();
        if room == "lib" {
            continue;
        }
        let here = *order
            .get(&room)
            .unwrap_or_else(|| panic!("{room} is in no place of the order"));
        let text = fs::read_to_string(&file).expect("readable");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for path in code
                .replace("flashblog::", "crate::")
                .split("crate::")
                .skip(1)
            {
                let name: String = path
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                let Some(there) = order.get(&name) else {
                    continue;
                };
                imports += 1;
                if name != room && *there <= here {
                    wrong.push(format!("{}:{} uses {name}", relative.display(), number + 1));
                }
            }
        }
    }
    assert!(imports > 100, "the imports were read: {imports}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
