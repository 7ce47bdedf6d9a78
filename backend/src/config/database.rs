//! Which database to use.

use std::path::{Path, PathBuf};

use super::{ConfigError, Redacted};
use crate::store::DatabaseUrl;

/// Reads `--database-url`; without one it is a file in the data directory.
pub(super) fn parse(text: Option<Redacted>, data_dir: &Path) -> Result<DatabaseUrl, ConfigError> {
    let Some(Redacted(text)) = text else {
        return Ok(DatabaseUrl::Sqlite(data_dir.join("flashblog.db")));
    };
    // What stands there may be a password that someone mistyped the rest of: it is not repeated.
    let unusable = || {
        ConfigError::new(
            "database-url",
            "no URL that can be used; sqlite:/var/lib/flashblog/flashblog.db or postgres://user:password@host:5432/name would fit",
        )
    };
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains(['?', '\0']) {
            return Err(unusable());
        }
        return Ok(DatabaseUrl::Sqlite(PathBuf::from(path)));
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return text
            .parse()
            .map(|options| DatabaseUrl::Postgres(Box::new(options)))
            .map_err(|_| unusable());
    }
    Err(unusable())
}
