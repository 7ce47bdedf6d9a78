-- The database numbers what must have an order: clocks of several servers differ.
CREATE SEQUENCE waiting_flashes_number_seq;
ALTER TABLE waiting_flashes ADD COLUMN number BIGINT;
UPDATE waiting_flashes SET number = ordered.number
    FROM (SELECT session, id, row_number() OVER (ORDER BY id) AS number FROM waiting_flashes) AS ordered
    WHERE waiting_flashes.session = ordered.session AND waiting_flashes.id = ordered.id;
SELECT setval('waiting_flashes_number_seq', (SELECT coalesce(max(number), 0) + 1 FROM waiting_flashes), false);
ALTER TABLE waiting_flashes
    ALTER COLUMN number SET DEFAULT nextval('waiting_flashes_number_seq'),
    ALTER COLUMN number SET NOT NULL;
ALTER SEQUENCE waiting_flashes_number_seq OWNED BY waiting_flashes.number;

ALTER TABLE ended_sessions ADD COLUMN number BIGSERIAL;

CREATE SEQUENCE messages_number_seq;
ALTER TABLE messages ADD COLUMN number BIGINT;
UPDATE messages SET number = ordered.number
    FROM (SELECT reference, row_number() OVER (ORDER BY received_at, reference) AS number FROM messages) AS ordered
    WHERE messages.reference = ordered.reference;
SELECT setval('messages_number_seq', (SELECT coalesce(max(number), 0) + 1 FROM messages), false);
ALTER TABLE messages
    ALTER COLUMN number SET DEFAULT nextval('messages_number_seq'),
    ALTER COLUMN number SET NOT NULL;
ALTER SEQUENCE messages_number_seq OWNED BY messages.number;

CREATE UNIQUE INDEX messages_by_number ON messages (number);
CREATE INDEX ended_sessions_by_number ON ended_sessions (number);
-- For what is deleted by time.
CREATE INDEX waiting_flashes_by_keep_until ON waiting_flashes (keep_until);
CREATE INDEX ended_sessions_by_keep_until ON ended_sessions (keep_until);

-- When each client sent a message lately, in milliseconds since the Unix epoch, oldest first. A
-- client is an HMAC of its network. The table is empty after a crash: it holds a limit, not data.
CREATE UNLOGGED TABLE contact_uses (
    client     BYTEA    NOT NULL PRIMARY KEY,
    at         BIGINT[] NOT NULL,
    keep_until BIGINT   NOT NULL
);

CREATE INDEX contact_uses_by_keep_until ON contact_uses (keep_until);
