//! Compressed copies of the app's files, and the binary that contains them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;

use super::cold_start::cold_start;
use crate::step::step;
use crate::toolchain::Toolchain;
use crate::workspace::Workspace;
use crate::{backend, frontend, process};

/// A copy is kept if it saves at least this many bytes, about one packet.
const WORTHWHILE_BYTES: usize = 1024;
/// The page has no copies, because the server changes it for each address.
const PAGE: &str = "index.html";

type Compress = fn(&[u8]) -> Result<Vec<u8>>;
/// File name extension and algorithm of each kind of copy.
const COPIES: [(&str, Compress); 2] = [("br", brotli), ("gz", gzip)];

/// Builds the app and the server as one file at `binary`, and prints sizes and the cold start.
pub(super) fn build(workspace: &Workspace, binary: &Path) -> Result<()> {
    let toolchain = Toolchain::provide(workspace)?;
    frontend::build(workspace, &toolchain)?;
    let assets = workspace.target.join("dist-assets");
    let files = step("compressing the app", || pack(&workspace.dist(), &assets))?;
    ensure!(
        files.iter().any(|file| file.name == Path::new(PAGE)),
        "the built app has no {PAGE}"
    );
    step("building the server with the app inside (release)", || {
        process::run(
            backend::cargo_build(workspace)
                .args(["--profile", "dist", "--features", "embed-assets"])
                .env("FLASHBLOG_DIST_ASSETS", &assets)
                .env(
                    "CARGO_ENCODED_RUSTFLAGS",
                    process::anonymous_rust_flags(workspace),
                ),
        )
    })?;
    fs::create_dir_all(workspace.root.join("dist")).context("making dist")?;
    // Copied under another name and renamed: a running binary can't be overwritten, only replaced.
    let draft = binary.with_extension("new");
    fs::copy(backend::binary(workspace, "dist"), &draft)
        .and_then(|_| fs::rename(&draft, binary))
        .context("copying the binary to dist")?;
    let start = step("starting it in an empty folder", || cold_start(binary))?;
    eprintln!("\n{}\n{start}", sizes(binary, &files)?);
    Ok(())
}

/// A file of the app, and the sizes of its copies in bytes where there are any.
struct Packed {
    name: PathBuf,
    plain: usize,
    copies: [Option<usize>; COPIES.len()],
}

/// Puts into `to` the files of `from` and the copies that are worth keeping, and removes all else.
/// Writes changed files only, because each write makes Cargo build the server again.
fn pack(from: &Path, to: &Path) -> Result<Vec<Packed>> {
    let mut packed = Vec::new();
    let mut kept = BTreeSet::new();
    for entry in WalkDir::new(from).sort_by_file_name() {
        let entry = entry.context("reading the built app")?;
        if !entry.file_type().is_file() {
            continue;
        }
        let name = entry.path().strip_prefix(from)?.to_owned();
        let target = to.join(&name);
        let content = fs::read(entry.path())?;
        let mut copies = [None; COPIES.len()];
        if name != Path::new(PAGE) {
            for ((extension, compress), size) in COPIES.iter().zip(&mut copies) {
                let small = compress(&content)?;
                if small.len() + WORTHWHILE_BYTES <= content.len() {
                    let copy = PathBuf::from(format!("{}.{extension}", target.display()));
                    write_if_new(&copy, &small)?;
                    kept.insert(copy);
                    *size = Some(small.len());
                }
            }
        }
        write_if_new(&target, &content)?;
        kept.insert(target);
        packed.push(Packed {
            name,
            plain: content.len(),
            copies,
        });
    }
    for entry in WalkDir::new(to) {
        let entry = entry.context("reading the compressed app")?;
        if entry.file_type().is_file() && !kept.contains(entry.path()) {
            fs::remove_file(entry.path()).context("removing a file of an earlier build")?;
        }
    }
    Ok(packed)
}

fn write_if_new(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    let folder = path.parent().context("a file is in a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, content))
        .with_context(|| format!("writing {}", path.display()))
}

fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        size_hint: content.len(),
        ..Default::default()
    };
    let mut small = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut small, &parameters)?;
    Ok(small)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

/// All sizes in bytes, as a table.
fn sizes(binary: &Path, files: &[Packed]) -> Result<String> {
    let mut table = "| file | bytes | br | gzip |\n|---|--:|--:|--:|\n".to_owned();
    for file in files {
        table.push_str(&format!("| {} | {} |", file.name.display(), file.plain));
        for copy in file.copies {
            let size = copy.map_or_else(String::new, |size| format!(" {size}"));
            table.push_str(&format!("{size} |"));
        }
        table.push('\n');
    }
    let size = fs::metadata(binary)?.len();
    table.push_str(&format!("| **{}** | **{size}** | | |\n", binary.display()));
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_stand_beside_what_they_are_smaller_than() {
        let folder = tempfile::tempdir().expect("a folder");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        fs::create_dir_all(from.join("fonts")).expect("a folder");
        let text = "compress me ".repeat(1000);
        fs::write(from.join("app.js"), &text).expect("writes");
        fs::write(from.join("index.html"), &text).expect("writes");
        fs::write(from.join("fonts/a.woff2"), "small").expect("writes");
        let packed = pack(&from, &to).expect("packs");
        let names: Vec<_> = packed
            .iter()
            .filter_map(|file| file.name.to_str())
            .collect();
        assert_eq!(names, ["app.js", "fonts/a.woff2", "index.html"]);
        assert!(packed[0].copies[0].is_some_and(|size| size < 200));
        let read = |name: &str| fs::read(to.join(name)).expect("reads");
        assert_eq!(read("app.js"), text.as_bytes());
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &read("app.js.br")[..], &mut plain).expect("brotli");
        assert_eq!(plain, text.as_bytes());
        for none in ["index.html.br", "fonts/a.woff2.gz"] {
            assert!(!to.join(none).exists(), "{none}");
        }
        // A file of an earlier build does not stay.
        fs::remove_file(from.join("app.js")).expect("removes");
        pack(&from, &to).expect("packs");
        assert!(!to.join("app.js.br").exists());
    }
}
