//! `cargo xtask weight`: writes the size of a first visit to `docs/benchmarks.md`.

use std::fs;

use anyhow::{Context, Result};

use crate::e2e::{Driver, program};
use crate::step::step;
use crate::workspace::Workspace;
use crate::{build, process};

/// This command writes the part of the document between these lines.
const BEGIN: &str = "<!-- cargo xtask weight writes from here -->\n";
const END: &str = "<!-- to here -->\n";

/// Builds the site, and measures the files that a browser loads.
pub(crate) fn page_weight(workspace: &Workspace) -> Result<()> {
    let server = build::build(workspace)?;
    let driver = Driver::start()?;
    let files = step("measuring a first visit", || {
        let mut command = program(workspace, "page_weight");
        process::capture(driver.lend(&mut command, workspace, &server))
    })?;
    println!("{files}");

    let path = workspace.root.join("docs/benchmarks.md");
    let before = fs::read_to_string(&path).context("reading docs/benchmarks.md")?;
    let after = replaced(&before, &format!("\n{files}\n\n"))
        .with_context(|| format!("docs/benchmarks.md lacks the line {BEGIN}"))?;
    fs::write(&path, after).context("writing docs/benchmarks.md")
}

/// The document with another section between the two lines. None if it lacks one of them.
fn replaced(document: &str, section: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{section}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_replaced_and_all_else_stays() {
        let document = format!("a\n{BEGIN}old\n{END}b\n");
        let after = replaced(&document, "new\n").expect("both lines");
        assert_eq!(after, format!("a\n{BEGIN}new\n{END}b\n"));
        assert_eq!(replaced(&after, "new\n"), Some(after));
        assert_eq!(replaced("a\n", "new\n"), None);
    }
}
