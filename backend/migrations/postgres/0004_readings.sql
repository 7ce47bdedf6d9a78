-- One copy of the blogs for all servers. Times are milliseconds since the Unix epoch, by the
-- database's clock.

-- A source, and the server that is reading it: until `lease_until` no other one does.
CREATE TABLE sources (
    name         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    attempted_at BIGINT           NOT NULL DEFAULT 0,
    failed       BOOLEAN          NOT NULL DEFAULT FALSE,
    lease_until  BIGINT           NOT NULL DEFAULT 0
);

-- What a source held, once for each content.
CREATE TABLE copies (
    hash       BYTEA  NOT NULL PRIMARY KEY,
    body       BYTEA  NOT NULL,
    keep_until BIGINT NOT NULL
);

-- When it held that. Numbers grow in the order of time: a reading is written under the lock on its
-- source.
CREATE TABLE readings (
    number     BIGSERIAL        NOT NULL PRIMARY KEY,
    source     TEXT COLLATE "C" NOT NULL REFERENCES sources,
    read_at    BIGINT           NOT NULL,
    hash       BYTEA            NOT NULL REFERENCES copies,
    keep_until BIGINT           NOT NULL
);

CREATE INDEX readings_by_source ON readings (source, number);
CREATE INDEX readings_by_hash ON readings (hash);
