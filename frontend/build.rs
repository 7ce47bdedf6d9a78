//! Makes a digest of the sources of this crate. The server renders pages with this crate, and the app
//! takes a page over only if both have the same digest (src/render.rs, src/main.rs).

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::path::Path;

/// The sources that decide the HTML of a page.
const SOURCES: [&str; 3] = ["src", "../shared/src", "../Cargo.lock"];

fn main() -> io::Result<()> {
    // `DefaultHasher::new` has no random keys, so the server and the app get the same digest.
    let mut digest = DefaultHasher::new();
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
        add(Path::new(source), &mut digest)?;
    }
    println!(
        "cargo::rustc-env=FLASHBLOG_BUILD_ID={:016x}",
        digest.finish()
    );
    Ok(())
}

fn add(path: &Path, digest: &mut DefaultHasher) -> io::Result<()> {
    path.hash(digest);
    if !path.is_dir() {
        fs::read(path)?.hash(digest);
        return Ok(());
    }
    let entries: io::Result<Vec<_>> = fs::read_dir(path)?.collect();
    let mut paths: Vec<_> = entries?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().try_for_each(|path| add(path, digest))
}
