-- Every arrival of an older file has been read.
ALTER TABLE arrival ADD COLUMN is_read INTEGER NOT NULL DEFAULT 1;
CREATE INDEX arrival_unread ON arrival (id) WHERE is_read = 0;
