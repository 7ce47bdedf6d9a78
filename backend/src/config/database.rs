//! Which database to use.

use std::path::Path;

use crate::config::values::Redacted;
use crate::store::DatabaseUrl;

/// The value is not repeated: it may be a password with a mistyped rest.
const UNUSABLE: &str = "no URL that can be used; sqlite:/var/lib/flashblog/flashblog.db or postgres://user:password@host:5432/name would fit";

/// An answer of 201 says that a message is stored for good.
const IN_MEMORY: &str = "a database in memory would lose the messages; sqlite:/var/lib/flashblog/flashblog.db would fit";

/// Reads `database-url`. The default is a file in the data directory; a relative path is relative
/// to `folder`.
pub(super) fn parse(
    url: Option<&Redacted>,
    data_dir: &Path,
    folder: &Path,
) -> Result<DatabaseUrl, &'static str> {
    let Some(Redacted(url)) = url else {
        return Ok(DatabaseUrl::Sqlite(data_dir.join("flashblog.db")));
    };
    if let Some(path) = url.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.contains(['?', '\0']) {
            return Err(UNUSABLE);
        }
        if path.eq_ignore_ascii_case(":memory:") {
            return Err(IN_MEMORY);
        }
        return Ok(DatabaseUrl::Sqlite(folder.join(path)));
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return url
            .parse()
            .map(|options| DatabaseUrl::Postgres(Box::new(options)))
            .map_err(|_| UNUSABLE);
    }
    Err(UNUSABLE)
}
