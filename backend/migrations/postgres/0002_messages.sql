-- What visitors wrote, as they wrote it. A message is its own entry in the outbox: `mail_due` says
-- when the owner is next to be told of it, NULL that there is nothing to tell. Times are seconds
-- since the Unix epoch.
CREATE TABLE messages (
    reference       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    received_at     BIGINT           NOT NULL,
    name            TEXT             NOT NULL,
    email           TEXT             NOT NULL,
    subject         TEXT             NOT NULL,
    message         TEXT             NOT NULL,
    idempotency_key TEXT COLLATE "C"          UNIQUE,
    mail_due        BIGINT,
    mail_attempts   BIGINT           NOT NULL DEFAULT 0
);

CREATE INDEX messages_by_time ON messages (received_at, reference);
CREATE INDEX messages_by_mail_due ON messages (mail_due) WHERE mail_due IS NOT NULL;
