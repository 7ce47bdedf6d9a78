-- A source that failed is left alone until then, by every server. In milliseconds since the Unix epoch.
ALTER TABLE sources ADD COLUMN paused_until BIGINT NOT NULL DEFAULT 0;
