//! Makes the built app smaller than Trunk does: short names for the imports of the app's WebAssembly, and
//! a minified script.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::wasm_imports;
use crate::process;
use crate::workspace::Workspace;

const APP: &str = "flashblog-frontend-";
const WASM_END: &str = "_bg.wasm";
/// The exports that wasm-bindgen writes, and the one that Trunk's page uses.
const EXPORTS: (&str, &str) = (
    "export { initSync, __wbg_init as default };",
    "export { __wbg_init as default };",
);

/// Makes the built app in `dist` smaller. Its files get new names, since names contain a digest of the
/// contents.
pub(super) fn shrink(workspace: &Workspace) -> Result<()> {
    let dist = workspace.dist();
    let stem = stem(&dist)?;
    let file = |stem: &str, end: &str| dist.join(format!("{stem}{end}"));
    let (wasm_file, script_file) = (file(&stem, WASM_END), file(&stem, ".js"));
    let wasm = fs::read(&wasm_file).context("reading the app's WebAssembly")?;
    let script = fs::read_to_string(&script_file).context("reading the app's script")?;

    let renamed = wasm_imports::rename(&wasm).context("renaming the app's imports")?;
    let script = with_names(&script, &renamed.names).replace(EXPORTS.0, EXPORTS.1);
    fs::write(&script_file, script)?;
    let script = minified(workspace, &script_file)?;

    let digest = super::short_digest(&[&renamed.wasm, &script]);
    let new_stem = format!("{APP}{digest}");
    fs::remove_file(&wasm_file)?;
    fs::remove_file(&script_file)?;
    fs::write(file(&new_stem, WASM_END), renamed.wasm)?;
    fs::write(file(&new_stem, ".js"), script)?;
    let page = dist.join("index.html");
    let html = fs::read_to_string(&page).context("reading index.html")?;
    fs::write(&page, html.replace(&stem, &new_stem)).context("writing index.html")
}

/// The names of the app's two files, without their ends.
fn stem(dist: &Path) -> Result<String> {
    for entry in fs::read_dir(dist)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(WASM_END)
            && stem.starts_with(APP)
        {
            return Ok(stem.to_owned());
        }
    }
    anyhow::bail!("Trunk left no WebAssembly in {}", dist.display())
}

/// The script with each of these names replaced by its short name. Only whole words are replaced: runs of
/// the characters that identifiers and module names consist of.
fn with_names(script: &str, names: &HashMap<String, String>) -> String {
    let is_part =
        |character: char| character.is_ascii_alphanumeric() || "_$./-".contains(character);
    let mut output = String::with_capacity(script.len());
    let mut rest = script;
    while !rest.is_empty() {
        let end = rest.find(|character| !is_part(character));
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        output.push_str(names.get(word).map_or(word, String::as_str));
        let next = after.chars().next().map_or(0, char::len_utf8);
        output.push_str(&after[..next]);
        rest = &after[next..];
    }
    output
}

fn minified(workspace: &Workspace, script: &Path) -> Result<Vec<u8>> {
    let terser: PathBuf = workspace.frontend().join("node_modules/.bin/terser");
    let options = [
        "--module",
        "--ecma=2022",
        "--compress=passes=2",
        "--mangle",
        "--",
    ];
    let text = process::capture(Command::new(terser).args(options).arg(script))
        .context("minifying the app's script")?;
    Ok(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_replaced() {
        let names = [("__wbg_a_1", "a"), ("./app_bg.js", "_")];
        let names = names.map(|(old, new)| (old.to_owned(), new.to_owned()));
        let script = "{ __wbg_a_1: f(__wbg_a_12), x__wbg_a_1: 'é' } return { \"./app_bg.js\": i }";
        assert_eq!(
            with_names(script, &names.into()),
            "{ a: f(__wbg_a_12), x__wbg_a_1: 'é' } return { \"_\": i }"
        );
    }
}
