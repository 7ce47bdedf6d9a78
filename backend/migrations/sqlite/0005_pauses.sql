-- A source that failed is left alone until then. In milliseconds since the Unix epoch.
ALTER TABLE sources ADD COLUMN paused_until INTEGER NOT NULL DEFAULT 0;
