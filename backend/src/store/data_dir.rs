//! Folders and files that only the server's own user may read. They hold people's messages and the
//! signing key.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Makes a folder and its parents, where they are missing.
///
/// # Errors
/// When it can't be made.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file for writing as `options` say. A file that this creates is private.
///
/// # Errors
/// When it can't be opened.
pub fn open_private(path: &Path, mut options: OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).open(path)
}
