//! `flashblog init`: a folder with all that a new blog needs.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, ensure};

const FILES: [(&str, &str); 5] = [
    ("flashblog.toml", include_str!("flashblog.toml")),
    ("posts/hello.md", include_str!("hello.md")),
    ("posts/markdown.md", include_str!("markdown.md")),
    ("pages/about.md", include_str!("about.md")),
    (".gitignore", "data/\n"),
];

/// Writes the files and prints the next command.
///
/// # Errors
/// When the folder is not empty, or can't be written.
pub fn run(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    let unwritable = || format!("`{shown}` can't be written; another folder would fit");
    fs::create_dir_all(folder).with_context(unwritable)?;
    let is_empty = fs::read_dir(folder)
        .with_context(unwritable)?
        .next()
        .is_none();
    ensure!(
        is_empty,
        "`{shown}` is not empty; a new or empty folder would fit"
    );
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(unwritable)?;
        }
        fs::write(path, text).with_context(unwritable)?;
    }
    let file = folder.join("flashblog.toml");
    writeln!(
        std::io::stdout(),
        "Made a blog in `{shown}`. Next:\n\n    flashblog --config {}\n",
        file.display()
    )?;
    Ok(())
}
