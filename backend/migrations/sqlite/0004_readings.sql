-- Which copies of the blogs sessions read, also after a restart. Times are milliseconds since the
-- Unix epoch.

CREATE TABLE sources (
    name         TEXT    NOT NULL PRIMARY KEY,
    attempted_at INTEGER NOT NULL DEFAULT 0,
    failed       INTEGER NOT NULL DEFAULT FALSE,
    lease_until  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What a source held, once for each content.
CREATE TABLE copies (
    hash       BLOB    NOT NULL PRIMARY KEY,
    body       BLOB    NOT NULL,
    keep_until INTEGER NOT NULL
) STRICT;

-- When it held that.
CREATE TABLE readings (
    number     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    source     TEXT    NOT NULL REFERENCES sources,
    read_at    INTEGER NOT NULL,
    hash       BLOB    NOT NULL REFERENCES copies,
    keep_until INTEGER NOT NULL
) STRICT;

CREATE INDEX readings_by_source ON readings (source, number);
CREATE INDEX readings_by_hash ON readings (hash);
