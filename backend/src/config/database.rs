//! Which database to use.

use std::path::Path;

use crate::config::values::Redacted;
use crate::store::DatabaseUrl;

/// The message does not repeat the value, which may hold a password.
const UNUSABLE: &str = "no URL that can be used; sqlite:/var/lib/flashblog/flashblog.db or postgres://user:password@host:5432/name would fit";

/// Refused because a 201 promises that a message is stored durably.
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
