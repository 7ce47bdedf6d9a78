//! The value of `--source`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use aws_lc_rs::digest;
use url::Url;

use super::Protocol;
use super::client::redacted;

/// Which source the operator chose (`--source`).
#[derive(Clone, PartialEq, Eq)]
pub enum SourceKind {
    /// The posts that are compiled in.
    Embedded,
    /// A folder of Markdown posts.
    Folder(PathBuf),
    /// An address, and how it is read if the operator says so.
    Url(Url, Option<Protocol>),
}

impl FromStr for SourceKind {
    type Err = String;

    /// # Errors
    /// One sentence with what would fit.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FITS: &str = "`embedded`, an http:// or https:// URL (after `wordpress:`, `ghost:`, `feed:` or `json:` if you like), or an existing folder";
        if text == "embedded" {
            return Ok(Self::Embedded);
        }
        let named = Protocol::NAMED
            .into_iter()
            .find_map(|(name, protocol)| Some((text.strip_prefix(name)?, protocol)));
        let (address, protocol) = match named {
            Some((address, protocol)) if address.contains("://") => (address, Some(protocol)),
            _ => (text, None),
        };
        // A mistyped scheme gets another error than a missing folder.
        if address.contains("://") {
            return match Url::parse(address) {
                Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Self::Url(url, protocol)),
                Ok(url) => {
                    let scheme = url.scheme();
                    Err(format!("a {scheme}:// URL is no source; what fits: {FITS}"))
                }
                Err(_) => Err(format!("the URL can't be read; what fits: {FITS}")),
            };
        }
        let folder = PathBuf::from(text);
        if folder.is_dir() {
            Ok(Self::Folder(folder))
        } else {
            Err(format!("there is no folder `{text}`; what fits: {FITS}"))
        }
    }
}

impl SourceKind {
    /// The folder or URL, without what can be a secret.
    pub fn address(&self) -> String {
        match self {
            Self::Embedded => "embedded".to_owned(),
            Self::Folder(path) => path.display().to_string(),
            Self::Url(url, _) => redacted(url).to_string(),
        }
    }

    /// A unique name for this source that holds no secret: a hash of its address.
    pub fn fingerprint(&self) -> String {
        let address = match self {
            Self::Embedded => "embedded".to_owned(),
            Self::Folder(path) => path.display().to_string(),
            Self::Url(url, protocol) => format!("{protocol:?} {url}"),
        };
        let hash = digest::digest(&digest::SHA256, address.as_bytes());
        hash.as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

/// Leaves out a URL's user info and query: they can hold secrets.
impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Url(_, protocol) = self {
            let named = Protocol::NAMED.iter();
            let name = named
                .filter(|(_, known)| Some(known) == protocol.as_ref())
                .map(|(name, _)| *name)
                .next();
            f.write_str(name.unwrap_or_default())?;
        }
        f.write_str(&self.address())
    }
}

impl fmt::Debug for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceKind({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::{SourceOptions, open};

    #[test]
    fn a_source_is_chosen_by_one_word() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_str().expect("UTF-8");
        for (text, shown) in [
            ("embedded", "embedded"),
            ("http://127.0.0.1:8000/blogs", "http://127.0.0.1:8000/blogs"),
            (
                "wordpress:https://blog.example",
                "wordpress:https://blog.example/",
            ),
            (
                "feed:https://blog.example/feed?key=secret",
                "feed:https://blog.example/feed?…",
            ),
            (
                "HTTPS://me:secret@Blog.example/x?key=secret#y",
                "https://blog.example/x?…",
            ),
            (path, path),
        ] {
            let kind: SourceKind = text
                .parse()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(kind.to_string(), shown);
            assert!(!format!("{kind:?}").contains("secret"));
            assert!(open(&kind, &SourceOptions::default()).is_ok());
            assert!(!kind.fingerprint().contains("secret"));
        }
    }

    #[test]
    fn an_invalid_source_is_refused_with_what_would_fit() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        for text in [
            "",
            "Embedded",
            "no/such/folder",
            "ftp://me:secret@blog.example/",
            "http://",
            "http://me:secret@:x/",
            "https:/blog.example",
            "wordpress:blog.example",
            "feed:ftp://blog.example/",
            file.path().to_str().expect("UTF-8"),
        ] {
            let error = text.parse::<SourceKind>().expect_err(text);
            assert!(
                error.contains("what fits: `embedded`, an http:// or https:// URL"),
                "{error}"
            );
            assert!(
                !error.contains('\n') && !error.contains("secret"),
                "{error}"
            );
        }
    }
}
