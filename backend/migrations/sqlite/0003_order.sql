-- The database numbers what must have an order: within one second, and when the clock was put back.
CREATE TABLE numbered_flashes (
    number     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session    BLOB    NOT NULL,
    id         TEXT    NOT NULL,
    category   TEXT    NOT NULL,
    message    TEXT    NOT NULL,
    keep_until INTEGER NOT NULL
) STRICT;
INSERT INTO numbered_flashes (session, id, category, message, keep_until)
    SELECT session, id, category, message, keep_until FROM waiting_flashes ORDER BY id;
DROP TABLE waiting_flashes;
ALTER TABLE numbered_flashes RENAME TO waiting_flashes;
CREATE INDEX waiting_flashes_by_session ON waiting_flashes (session, number);
CREATE INDEX waiting_flashes_by_keep_until ON waiting_flashes (keep_until);

CREATE TABLE numbered_ends (
    number     INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session    BLOB    NOT NULL UNIQUE,
    keep_until INTEGER NOT NULL
) STRICT;
INSERT INTO numbered_ends (session, keep_until) SELECT session, keep_until FROM ended_sessions;
DROP TABLE ended_sessions;
ALTER TABLE numbered_ends RENAME TO ended_sessions;
CREATE INDEX ended_sessions_by_keep_until ON ended_sessions (keep_until);

CREATE TABLE numbered_messages (
    number          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    reference       TEXT    NOT NULL UNIQUE,
    received_at     INTEGER NOT NULL,
    name            TEXT    NOT NULL,
    email           TEXT    NOT NULL,
    subject         TEXT    NOT NULL,
    message         TEXT    NOT NULL,
    idempotency_key TEXT             UNIQUE,
    mail_due        INTEGER,
    mail_attempts   INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO numbered_messages
    (reference, received_at, name, email, subject, message, idempotency_key, mail_due, mail_attempts)
    SELECT reference, received_at, name, email, subject, message, idempotency_key, mail_due, mail_attempts
    FROM messages ORDER BY received_at, rowid;
DROP TABLE messages;
ALTER TABLE numbered_messages RENAME TO messages;
CREATE INDEX messages_by_time ON messages (received_at);
CREATE INDEX messages_by_mail_due ON messages (mail_due) WHERE mail_due IS NOT NULL;
