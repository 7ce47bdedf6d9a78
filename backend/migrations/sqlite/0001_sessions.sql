-- Messages that wait for a session's next envelope. Ids are UUIDv7: their order is the order in
-- which the messages were flashed. Times are seconds since the Unix epoch.
CREATE TABLE waiting_flashes (
    session    BLOB    NOT NULL,
    id         TEXT    NOT NULL,
    category   TEXT    NOT NULL,
    message    TEXT    NOT NULL,
    keep_until INTEGER NOT NULL,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;

-- Sessions whose tokens are no longer valid although they have not expired.
CREATE TABLE ended_sessions (
    session    BLOB    NOT NULL PRIMARY KEY,
    keep_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
