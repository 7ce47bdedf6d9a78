//! The built app: the files of a folder, or the copy inside the binary.

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use parking_lot::Mutex;
use rust_embed::RustEmbed;
use shared::site::Site;

use crate::answers::{Answers, FileVersion};
use crate::error::ApiError;
use crate::site::asset_files::AssetFiles;
use crate::site::shell::Shell;

const INDEX: &str = "index.html";

/// The app's files and its shell.
pub struct Assets {
    files: AssetFiles,
    shell: Mutex<Option<ReadShell>>,
}

/// A shell, with the version of `index.html` and the site's words that it was made of.
struct ReadShell {
    version: FileVersion,
    title: String,
    language: String,
    shell: Option<Arc<Shell>>,
}

#[cfg(feature = "embed-assets")]
#[derive(RustEmbed)]
#[folder = "$FLASHBLOG_DIST_ASSETS"]
#[allow_missing = true]
struct Built;

impl Assets {
    /// The files of `folder`, else the copy inside the binary, else the files in `frontend/dist`.
    pub fn open(folder: Option<PathBuf>) -> Self {
        match folder {
            Some(folder) => Self::in_folder(folder),
            None => Self::built(),
        }
    }

    #[cfg(feature = "embed-assets")]
    fn built() -> Self {
        Self::in_binary::<Built>()
    }

    #[cfg(not(feature = "embed-assets"))]
    fn built() -> Self {
        Self::in_folder(PathBuf::from("frontend/dist"))
    }

    /// The files of a folder. A build that replaces them is noticed.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self::at(AssetFiles::Folder(folder))
    }

    /// The files that were compiled in.
    pub fn in_binary<Files: RustEmbed>() -> Self {
        Self::at(AssetFiles::Binary(Files::get))
    }

    fn at(files: AssetFiles) -> Self {
        Self {
            files,
            shell: Mutex::new(None),
        }
    }

    /// The shell of all pages of the site with these words. `None` when the app is not built or can't be
    /// used; the log says why.
    pub async fn shell(&self, words: &Site) -> Option<Arc<Shell>> {
        let version = self.files.version(INDEX).ok()?;
        if let Some(read) = self.shell.lock().as_ref()
            && read.version == version
            && read.title == words.title
            && read.language == words.language
        {
            return read.shell.clone();
        }
        let html = self.files.read(INDEX).await.ok()?;
        let shell = Shell::parse(std::str::from_utf8(&html).ok()?, words)
            .inspect_err(|error| tracing::error!(cause = %error, "The built app can't be used"))
            .ok()
            .map(Arc::new);
        *self.shell.lock() = Some(ReadShell {
            version,
            title: words.title.clone(),
            language: words.language.clone(),
            shell: shell.clone(),
        });
        shell
    }

    /// Answers with the file at the address of a request. `None` when there is no such file.
    ///
    /// # Errors
    /// When the file can't be read; the log says why.
    pub async fn serve(
        &self,
        answers: &Answers,
        head: &Parts,
    ) -> Result<Option<Response>, ApiError> {
        match self.files.respond(answers, head).await {
            Ok(response) => Ok(Some(response)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => {
                let path = head.uri.path();
                tracing::error!(path, cause = %error, "A file of the app can't be read");
                match error.kind() {
                    ErrorKind::PermissionDenied => Ok(None),
                    _ => Err(ApiError::Status(StatusCode::INTERNAL_SERVER_ERROR)),
                }
            }
        }
    }
}

/// Whether an error means that there is no such file, or can't be one with this name.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidFilename
    )
}
