//! `cargo xtask dist`: the whole site as one file.
//!
//! What compresses the site is slow to build and slow unoptimised, so the command runs itself
//! again, built for it.

use std::path::PathBuf;

use crate::workspace::Workspace;

#[cfg(not(feature = "dist"))]
pub(crate) use again::dist;
#[cfg(feature = "dist")]
pub(crate) use packing::dist;

/// Where the one file is put.
fn binary(workspace: &Workspace) -> PathBuf {
    let name = format!("flashblog{}", std::env::consts::EXE_SUFFIX);
    workspace.root.join("dist").join(name)
}

#[cfg(not(feature = "dist"))]
mod again {
    use std::path::PathBuf;

    use anyhow::Result;

    use crate::process;
    use crate::workspace::Workspace;

    /// Runs the same command in an xtask that can compress, and gives the path of the one file.
    pub(crate) fn dist(workspace: &Workspace) -> Result<PathBuf> {
        process::run(process::cargo(workspace).args([
            "run",
            "--quiet",
            "--release",
            "--package",
            "xtask",
            "--features",
            "dist",
            "--",
            "dist",
        ]))?;
        Ok(super::binary(workspace))
    }
}

#[cfg(feature = "dist")]
mod packing {
    use std::collections::HashSet;
    use std::fs;
    use std::io::Write;
    use std::iter;
    use std::path::{Path, PathBuf};

    use anyhow::{Context, Result, ensure};

    use crate::cold_start::cold_start;
    use crate::step::step;
    use crate::toolchain::Toolchain;
    use crate::workspace::Workspace;
    use crate::{backend, process, spa};

    /// A smaller copy only counts when it saves this much: one packet's worth.
    const WORTHWHILE_BYTES: usize = 1024;
    /// The page is written anew for each address, so copies of it would be of no use.
    const PAGE: &str = "index.html";

    /// Builds site and server, and leaves `dist/flashblog`, which needs nothing beside it. Gives its
    /// path.
    pub(crate) fn dist(workspace: &Workspace) -> Result<PathBuf> {
        let toolchain = Toolchain::provide(workspace)?;
        spa::build(workspace, &toolchain)?;
        let assets = workspace.target.join("dist-assets");
        let files = step("compressing the site", || pack(&workspace.dist(), &assets))?;
        ensure!(
            files.iter().any(|file| file.name == PAGE),
            "the built site has no {PAGE}"
        );
        step("building the server with the site inside (release)", || {
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
        let binary = super::binary(workspace);
        // Under another name first: one that runs can't be written to, but it can be replaced.
        let draft = binary.with_extension("new");
        fs::copy(backend::binary(workspace, "dist"), &draft)
            .and_then(|_| fs::rename(&draft, &binary))
            .context("copying the binary to dist")?;
        let start = step("starting it in an empty folder", || cold_start(&binary))?;
        print_sizes(&binary, &files)?;
        eprintln!("\n{start}");
        Ok(binary)
    }

    /// A file of the site, and the sizes of its copies in bytes where there are any.
    struct Packed {
        name: String,
        plain: usize,
        brotli: Option<usize>,
        zstd: Option<usize>,
        gzip: Option<usize>,
    }

    impl Packed {
        /// The names of the file and of its copies.
        fn files(&self) -> impl Iterator<Item = String> {
            let copies = [
                (self.brotli, ".br"),
                (self.zstd, ".zst"),
                (self.gzip, ".gz"),
            ];
            let there = copies.into_iter().filter(|(size, _)| size.is_some());
            let endings = iter::once("").chain(there.map(|(_, ending)| ending));
            endings.map(|ending| format!("{}{ending}", self.name))
        }
    }

    /// Leaves in `to` the files of `from` and, beside each, the copies that are worth having. What is
    /// there already stays untouched, or the server would be linked again for nothing.
    fn pack(from: &Path, to: &Path) -> Result<Vec<Packed>> {
        let mut packed = Vec::new();
        pack_folder(from, to, "", &mut packed)?;
        let kept = packed.iter().flat_map(Packed::files).collect();
        remove_others(to, "", &kept)?;
        packed.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(packed)
    }

    fn pack_folder(from: &Path, to: &Path, under: &str, packed: &mut Vec<Packed>) -> Result<()> {
        fs::create_dir_all(to).with_context(|| format!("making {}", to.display()))?;
        for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
            let path = entry?.path();
            let name = name_of(&path)?;
            let target = to.join(name);
            let name = format!("{under}{name}");
            if path.is_dir() {
                pack_folder(&path, &target, &format!("{name}/"), packed)?;
            } else {
                packed.push(pack_file(&path, &target, name)?);
            }
        }
        Ok(())
    }

    fn name_of(path: &Path) -> Result<&str> {
        path.file_name()
            .and_then(|name| name.to_str())
            .with_context(|| format!("{} has a name that no address can hold", path.display()))
    }

    fn pack_file(from: &Path, to: &Path, name: String) -> Result<Packed> {
        let content = fs::read(from).with_context(|| format!("reading {}", from.display()))?;
        write_if_new(to, &content)?;
        let copy =
            |ending: &str, compress: fn(&[u8]) -> Result<Vec<u8>>| -> Result<Option<usize>> {
                if name == PAGE {
                    return Ok(None);
                }
                let small = compress(&content)?;
                if small.len() + WORTHWHILE_BYTES > content.len() {
                    return Ok(None);
                }
                let path = PathBuf::from(format!("{}.{ending}", to.display()));
                write_if_new(&path, &small)?;
                Ok(Some(small.len()))
            };
        Ok(Packed {
            plain: content.len(),
            brotli: copy("br", brotli)?,
            zstd: copy("zst", zstd)?,
            gzip: copy("gz", gzip)?,
            name,
        })
    }

    fn write_if_new(path: &Path, content: &[u8]) -> Result<()> {
        if fs::read(path).is_ok_and(|there| there == content) {
            return Ok(());
        }
        fs::write(path, content).with_context(|| format!("writing {}", path.display()))
    }

    /// Removes the files that an earlier build left.
    fn remove_others(folder: &Path, under: &str, kept: &HashSet<String>) -> Result<()> {
        for entry in fs::read_dir(folder).context("reading the compressed site")? {
            let path = entry?.path();
            let name = format!("{under}{}", name_of(&path)?);
            if path.is_dir() {
                remove_others(&path, &format!("{name}/"), kept)?;
            } else if !kept.contains(&name) {
                fs::remove_file(&path).context("clearing an old file")?;
            }
        }
        Ok(())
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

    /// Browsers read windows of 8 MiB at most (RFC 8878, section 3.1.1.1.2, and RFC 9659).
    fn zstd(content: &[u8]) -> Result<Vec<u8>> {
        let mut encoder = zstd::bulk::Compressor::new(19)?;
        encoder.window_log(23)?;
        Ok(encoder.compress(content)?)
    }

    fn gzip(content: &[u8]) -> Result<Vec<u8>> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(content)?;
        Ok(encoder.finish()?)
    }

    fn print_sizes(binary: &Path, files: &[Packed]) -> Result<()> {
        let cell = |size: Option<usize>| size.map_or_else(String::new, |size| size.to_string());
        eprintln!("\n| file | bytes | br | zstd | gzip |\n|---|--:|--:|--:|--:|");
        for file in files {
            eprintln!(
                "| {} | {} | {} | {} | {} |",
                file.name,
                file.plain,
                cell(file.brotli),
                cell(file.zstd),
                cell(file.gzip)
            );
        }
        let size = fs::metadata(binary)
            .context("reading the binary's size")?
            .len();
        eprintln!("| **{}** | **{size}** | | | |", binary.display());
        Ok(())
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
            let names: Vec<_> = packed.iter().map(|file| file.name.as_str()).collect();
            assert_eq!(names, ["app.js", "fonts/a.woff2", "index.html"]);
            assert!(packed[0].brotli.is_some_and(|size| size < 200));
            let read = |name: &str| fs::read(to.join(name)).expect("reads");
            assert_eq!(read("app.js"), text.as_bytes());
            let mut plain = Vec::new();
            brotli::BrotliDecompress(&mut &read("app.js.br")[..], &mut plain).expect("brotli");
            assert_eq!(plain, text.as_bytes());
            assert_eq!(
                zstd::bulk::decompress(&read("app.js.zst"), text.len()).expect("zstd"),
                text.as_bytes()
            );
            for none in ["index.html.br", "fonts/a.woff2.gz"] {
                assert!(!to.join(none).exists(), "{none}");
            }
            // What an earlier build left does not stay.
            fs::remove_file(from.join("app.js")).expect("removes");
            pack(&from, &to).expect("packs");
            assert!(!to.join("app.js.br").exists());
        }
    }
}
