-- Messages that wait for a session's next envelope. Ids are UUIDv7: their order is the order in
-- which the messages were flashed. Times are seconds since the Unix epoch.
CREATE TABLE waiting_flashes (
    session    BYTEA            NOT NULL,
    id         TEXT COLLATE "C" NOT NULL,
    category   TEXT             NOT NULL,
    message    TEXT             NOT NULL,
    keep_until BIGINT           NOT NULL,
    PRIMARY KEY (session, id)
);

-- Sessions whose tokens are no longer valid although they have not expired.
CREATE TABLE ended_sessions (
    session    BYTEA  NOT NULL PRIMARY KEY,
    keep_until BIGINT NOT NULL
);
